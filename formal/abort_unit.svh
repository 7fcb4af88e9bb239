    // The unit of abort.sv, its inner signals, and what stands for its parts that are cut off.
    wire busy, done, flush, ar_valid, aw_valid, w_valid, o_valid, g_ready;
    wire [45:0] ar, aw;
    wire [72:0] w;
    wire [127:0] h_job;
    wire [32:0] h_last_byte;
    wire h_launch, h_start, h_clear;
    wire [1:0] h_fits;
    wire [3:0] h_room_x, h_room_y, h_level_x, h_level_y, h_level;
    wire [4:0] h_asked;
    wire h_take_x, h_take_y, h_turn_0, h_turn_1, h_tag_1;
    wire [1:0] h_tag_0;  // below the rest of the amount
    wire h_filled_x, h_filled_y, h_out_x, h_out_y, h_freed_x, h_freed_y;
    wire h_pending_x, h_pending_y, h_primed_x, h_primed_y, h_word_x, h_word_y;
    wire h_last_x, h_last_y, h_suffices_x, h_suffices_y;
    wire [28:0] h_left_x, h_left_y, h_blocks_left;
    wire h_rotated, h_rest, h_last_block, h_carry, h_filling, h_last, h_next;
    wire h_filled, h_out, h_freed, h_issue, h_late, h_all_issued, h_loaded, h_go;
    wire [2:0] h_room;
    wire [1:0] h_beats_left;
    wire [3:0] h_waiting;
    wire [5:0] h_outstanding, h_more;
    unit u(.clk(clk), .rst(rst), .start(start), .job(job), .abort(stop), .busy(busy), .done(done),
        .flush(flush), .operands__valid(o_valid), .operands__ready(o_ready),
        .gradients__valid(g_valid), .gradients__ready(g_ready), .gradients__payload(g),
        .axi__ar__valid(ar_valid), .axi__ar__ready(ar_ready), .axi__ar__payload(ar),
        .axi__r__valid(r_valid), .axi__r__payload(r),
        .axi__aw__valid(aw_valid), .axi__aw__ready(aw_ready), .axi__aw__payload(aw),
        .axi__w__valid(w_valid), .axi__w__ready(w_ready), .axi__w__payload(w),
        .axi__b__valid(b_valid), .axi__b__payload(b),
        .x_valid(x_valid), .x_burst(x_burst), .y_valid(y_valid), .y_burst(y_burst),
        .p_valid(p_valid), .p_burst(p_burst), .a_burst(a_burst), .f_word(f_word),
        .h_job(h_job), .h_last_byte(h_last_byte), .h_launch(h_launch), .h_start(h_start),
        .h_clear(h_clear), .h_fits(h_fits), .h_room_x(h_room_x), .h_room_y(h_room_y),
        .h_level_x(h_level_x), .h_level_y(h_level_y), .h_level(h_level), .h_asked(h_asked),
        .h_take_x(h_take_x), .h_take_y(h_take_y), .h_turn_0(h_turn_0), .h_turn_1(h_turn_1),
        .h_tag_0(h_tag_0), .h_tag_1(h_tag_1),
        .h_filled_x(h_filled_x), .h_filled_y(h_filled_y), .h_out_x(h_out_x), .h_out_y(h_out_y),
        .h_freed_x(h_freed_x), .h_freed_y(h_freed_y), .h_pending_x(h_pending_x),
        .h_pending_y(h_pending_y), .h_primed_x(h_primed_x), .h_primed_y(h_primed_y),
        .h_word_x(h_word_x), .h_word_y(h_word_y), .h_last_x(h_last_x), .h_last_y(h_last_y),
        .h_suffices_x(h_suffices_x), .h_suffices_y(h_suffices_y), .h_left_x(h_left_x),
        .h_left_y(h_left_y), .h_blocks_left(h_blocks_left), .h_rotated(h_rotated), .h_rest(h_rest),
        .h_last_block(h_last_block), .h_carry(h_carry), .h_filling(h_filling), .h_last(h_last),
        .h_next(h_next), .h_filled(h_filled), .h_out(h_out), .h_freed(h_freed), .h_issue(h_issue),
        .h_late(h_late), .h_all_issued(h_all_issued), .h_loaded(h_loaded), .h_go(h_go),
        .h_room(h_room), .h_beats_left(h_beats_left), .h_waiting(h_waiting),
        .h_outstanding(h_outstanding), .h_more(h_more));
