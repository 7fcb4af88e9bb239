// The whole Dma (64-bit bus, granules of 2 bytes, bursts of up to 4 beats, 8 beats of room for each
// array), with any memory that keeps to AXI and any datapath that gives one block for a pair. A job
// may be aborted, or meet a bus error, in any cycle. Then what was offered is completed, nothing
// else is offered, the job ends as soon as memory has answered, and nothing of it is left for the
// next. A job that is not cut short ends with nothing in flight as well.
//
// Cut off, and in their places what their own proofs say: the lists of bursts (planner.sv,
// planner_same.sv), and where a burst ends in the words of the write buffer (fifo.sv,
// write_buffer.sv). x and y are the arrays that are read: logits and labels.
module abort(input clk, input rst, input start, input [127:0] job, input stop,
    input ar_ready, input r_valid, input [67:0] r, input aw_ready, input w_ready, input b_valid,
    input [2:0] b, input o_ready, input g_valid, input [63:0] g,
    input x_valid, input [41:0] x_burst, input y_valid, input [41:0] y_burst,
    input p_valid, input [41:0] p_burst, input [41:0] a_burst, input [68:0] f_word);
    `include "abort_unit.svh"
    `include "reset.svh"
    // Addresses and sizes are multiples of the granule (job_checker.sv); any size, 0 too.
    always @* assume (!job[0] & !job[32] & !job[64] & !job[96]);
    always @* assume (!start | !rst);
    wire [31:0] last_byte = h_last_byte[31:0];
    // Blocks of each array, and whether it touches one beat more than that.
    wire [31:0] blocks_due = {3'b0, last_byte[31:3]} + 1;
    wire [1:0] at_x = h_job[2:1], at_y = h_job[34:33], at_g = h_job[66:65];
    wire more_x = at_x + last_byte[2:1] > 3, more_y = at_y + last_byte[2:1] > 3;
    wire more_g = at_g + last_byte[2:1] > 3;
    wire turned_x = (at_x != 0), turned_y = (at_y != 0);  // not aligned
    // Reader and writer are at work, from the cycle after their start; they are cleared before the
    // end.
    reg begun, settled;
    wire closing = busy & h_clear;
    always @(posedge clk) begin
        begun <= !rst & !h_clear & (begun | h_start);
        settled <= !rst & !h_clear & begun;
    end

    // The lists of bursts: as many beats as the array has, no burst of none, offers stay.
    reg [31:0] list_x, list_y, list_g;
    wire [1:0] x_len = x_burst[33:32], y_len = y_burst[33:32], p_len = p_burst[33:32];
    wire list = p_valid & h_next;
    reg x_was, y_was;
    reg [1:0] x_before, y_before;
    always @(posedge clk) begin
        list_x <= list_x - (h_take_x ? x_len + 1 : 0);
        list_y <= list_y - (h_take_y ? y_len + 1 : 0);
        list_g <= list_g - (list ? p_len + 1 : 0);
        if (h_start) begin
            list_x <= blocks_due + more_x; list_y <= blocks_due + more_y;
            list_g <= blocks_due + more_g;
        end
        if (rst | h_clear) begin list_x <= 0; list_y <= 0; list_g <= 0; end
        x_was <= x_valid & !h_take_x; x_before <= x_len;
        y_was <= y_valid & !h_take_y; y_before <= y_len;
    end
    always @* assume ((x_valid == (list_x != 0)) & (!x_valid | (x_len < list_x)));
    always @* assume ((y_valid == (list_y != 0)) & (!y_valid | (y_len < list_y)));
    always @* assume ((p_valid == (list_g != 0)) & (!p_valid | (p_len < list_g)));
    always @* assume ((x_burst[39:34] == 0) & (y_burst[39:34] == 0) & (p_burst[39:34] == 0));
    always @* assume ((!x_was | (x_len == x_before)) & (!y_was | (y_len == y_before)));

    // Reads: beats and bursts that memory owes for each array. It gives no beat unasked; a burst
    // that is not over has a beat to come, and when all are over no beat is left.
    reg [3:0] owed_x, owed_y, open_x, open_y;
    wire id = r[0], r_last = r[67];
    wire [3:0] ar_beats = {2'b0, ar[34:33]} + 1;
    wire ask = ar_valid & ar_ready;
    wire r_x = r_valid & !id, r_y = r_valid & id;
    wire [3:0] after = (id ? owed_y : owed_x) - 1, bursts = (id ? open_y : open_x) - r_last;
    always @(posedge clk) begin
        owed_x <= rst ? 0 : owed_x + (ask & !ar[0] ? ar_beats : 0) - r_x;
        owed_y <= rst ? 0 : owed_y + (ask & ar[0] ? ar_beats : 0) - r_y;
        open_x <= rst ? 0 : open_x + (ask & !ar[0]) - (r_x & r_last);
        open_y <= rst ? 0 : open_y + (ask & ar[0]) - (r_y & r_last);
    end
    always @* assume (!r_valid | (((id ? owed_y : owed_x) != 0) & ((id ? open_y : open_x) != 0)));
    always @* assume (!r_valid | ((after >= bursts) & ((bursts != 0) | (after == 0))));

    // Writes: bursts that memory has taken from AW, and from W, and not answered.
    reg [5:0] named, written;
    wire w_last = w[72], go = w_valid & w_ready, gone = go & w_last;
    always @(posedge clk) begin
        named <= rst ? 0 : named + (aw_valid & aw_ready) - b_valid;
        written <= rst ? 0 : written + gone - b_valid;
    end
    always @* assume (!b_valid | ((named != 0) & (written != 0)));

    // Bursts from the one that W is at, in the order of the list: `announced` of them on AW, those
    // after them buffered, the last one being filled. For each its beats less one.
    reg [19:0] queue;
    reg [3:0] announced;
    reg [1:0] at;  // beats of the first that went
    wire [3:0] buffered = announced + h_waiting, listed = buffered + h_filling;
    wire [19:0] queued = list ? (queue & ~(20'd3 << {listed, 1'b0}))
        | ({18'b0, p_len} << {listed, 1'b0}) : queue;
    wire [1:0] first = queue[1:0];
    wire [1:0] next = queue >> {announced, 1'b0}, filled = queue >> {buffered, 1'b0};
    always @(posedge clk) begin
        queue <= gone ? queued >> 2 : queued;
        announced <= rst | h_clear ? 0 : announced + h_issue - gone;
        at <= rst | h_clear | gone ? 0 : at + go;
    end
    // What AW names is the same list, and so is what ends where it ends in the buffer's words.
    always @* assume (!h_issue | ((a_burst[33:32] == next) & (a_burst[39:34] == 0)));
    always @* assume (!h_issue | (a_burst[41] == ((list_g == 0) & (announced + 1 == listed))));
    always @* assume (!h_out | (f_word[68] == (h_loaded & (at == first) ? queue[3:2] == 0
        : at + h_loaded == first)));
    // Beats of the first `count` bursts.
    function [5:0] beats(input [3:0] count);
        integer i;
        begin
            beats = 0;
            for (i = 0; i < 10; i = i + 1) if (i < count) beats = beats + queue[2*i +: 2] + 1;
        end
    endfunction
    wire [5:0] to_go = beats(announced) - at;

    // The datapath: one block for a pair, later; `flush` empties it.
    reg [31:0] pairs;
    wire come = g_valid & g_ready;
    always @(posedge clk) pairs <= rst | flush ? 0 : pairs + (o_valid & o_ready) - come;
    always @* assume (!g_valid | (pairs != 0));

    // What memory has to do: take an offer, or answer. What is left for it to do.
    wire due = ar_valid | (owed_x != 0) | (owed_y != 0) | aw_valid | w_valid
        | ((named != 0) & (written != 0));
    wire [3:0] offer = ar_valid ? ar_beats : 0;
    wire [6:0] left = ar_valid + offer + owed_x + owed_y + aw_valid + to_go + h_outstanding;
    wire [2:0] acts = ask + r_valid + (aw_valid & aw_ready) + go + b_valid;
    wire error = (r_valid & r[66]) | (b_valid & b[2]);
    reg ar_was, aw_was, w_was, flush_was, clear_was, issue_was, stop_was, error_was;
    reg [45:0] ar_before, aw_before;
    reg [72:0] w_before;
    reg [1:0] next_was;
    reg [6:0] left_was;
    reg [2:0] acts_was;
    reg [2:0] idle;  // cycles of a cut job in which nothing is due
    always @(posedge clk) begin
        ar_was <= ar_valid & !ar_ready & !rst; ar_before <= ar;
        aw_was <= aw_valid & !aw_ready & !rst; aw_before <= aw;
        w_was <= w_valid & !w_ready & !rst; w_before <= w;
        flush_was <= flush & !rst; clear_was <= h_clear | rst;
        issue_was <= h_issue & !rst; next_was <= next;
        left_was <= left; acts_was <= acts;
        stop_was <= stop & busy & !rst; error_was <= error & !rst;
        idle <= flush & !due & !rst ? idle + 1 : 0;
    end
    always @* if (started) begin
        // An error cuts the job, and so does an abort unless it comes in the last cycle.
        assert (!error_was | flush);
        assert (!stop_was | flush | done);
        // Offers stay; none is new after the first cycle of `flush`.
        assert (!ar_was | (ar_valid & (ar == ar_before)));
        assert (!aw_was | (aw_valid & (aw == aw_before)));
        assert (!w_was | (w_valid & (w == w_before)));
        assert (!(flush_was & ar_valid) | ar_was);
        assert (!(flush_was & aw_valid) | aw_was);
        // Each beat on W is one of a burst that AW names, and the last is where AW says.
        assert (!issue_was | (aw_valid & (aw[40:33] == {6'b0, next_was})));
        assert (!w_valid | (announced != 0));
        assert (!w_valid | (w_last == (at == first)));
        // At the end nothing is offered or owed, and nothing of the job is on its way.
        assert (!done | !(ar_valid | aw_valid | w_valid));
        assert (!done | ((owed_x == 0) & (owed_y == 0) & (open_x == 0) & (open_y == 0)));
        assert (!done | ((named == 0) & (written == 0) & (announced == 0) & (at == 0)));
        assert (!done | (pairs == 0));
        assert (busy | !(o_valid | ar_valid | aw_valid | w_valid));
        // The next job begins in the cycle after a reset of reader and writer.
        assert (!h_start | clear_was);
        // What is left for memory to do is bounded and gets less with each act. In all but two
        // cycles in a row an act is due, until the job ends.
        assert (!flush | (left <= 64));
        assert (!(flush_was & flush) | (left == left_was - acts_was));
        assert (idle < 3);
    end

    // What makes it inductive. Blocks that readers have to give, that the buffer has to turn; beats
    // that the buffer has to take in; words that are to come to a reader or wait in its buffer.
    wire [31:0] give = h_pending_x ? h_left_x + 32'd1 : 0;
    reg full, rested;
    always @(posedge clk) begin
        full <= !rst & !h_clear & (full | (h_rotated & h_last_block));
        rested <= !rst & !h_clear & (rested | h_rest);
    end
    wire [31:0] turn = begun & !full ? h_blocks_left + 32'd1 : 0;
    wire [31:0] push = list_g + (h_filling ? h_beats_left + 32'd1 : 0);
    wire [1:0] turn_x = (h_turn_0 & !h_tag_0[0]) + (h_turn_1 & !h_tag_1);
    wire [1:0] turn_y = (h_turn_0 & h_tag_0[0]) + (h_turn_1 & h_tag_1);
    wire [3:0] inside_x = turn_x + h_level_x + h_out_x;
    wire [3:0] inside_y = turn_y + h_level_y + h_out_y;
    wire [3:0] offer_x = ar[0] ? 0 : offer, offer_y = ar[0] ? offer : 0;
    wire [31:0] words_x = list_x + offer_x + owed_x + inside_x;
    wire [31:0] words_y = list_y + offer_y + owed_y + inside_y;
    wire [3:0] inside = h_level + h_out, taken = h_rotated + inside + h_freed;
    wire reset_state = !ar_valid & !aw_valid & !h_loaded & !h_go & !h_late & !h_all_issued
        & !h_turn_0 & !h_turn_1 & !h_rotated & !h_out & !h_out_x & !h_out_y & !h_freed & !h_freed_x
        & !h_freed_y & !h_word_x & !h_word_y & !h_pending_x & !h_pending_y & !h_primed_x
        & !h_primed_y & !h_rest & !h_filling & (h_level == 0) & (h_level_x == 0)
        & (h_level_y == 0) & (h_waiting == 0) & (h_more == 0) & (h_fits == 0) & (h_room == 7);
    always @* if (started) begin
        // Between jobs.
        assert (begun | (reset_state & (pairs == 0)));
        assert (begun | ((list_x == 0) & (list_y == 0) & (list_g == 0)));
        assert (!begun | busy | done);
        assert (!h_launch | (busy & !begun & !closing));
        assert (!closing | (flush & (h_asked == 0) & (h_outstanding == 0)));
        assert (busy | !flush);
        assert (!settled | begun);
        // Reads.
        assert (h_room_x + owed_x + offer_x + inside_x + h_freed_x == 8);
        assert (h_room_y + owed_y + offer_y + inside_y + h_freed_y == 8);
        assert ((h_room_x <= 8) & (owed_x <= 8) & (h_level_x <= 8) & (offer <= 4));
        assert ((h_room_y <= 8) & (owed_y <= 8) & (h_level_y <= 8));
        assert (h_asked == open_x + open_y + ar_valid);
        assert ((owed_x >= open_x) & ((open_x != 0) | (owed_x == 0)));
        assert ((owed_y >= open_y) & ((open_y != 0) | (owed_y == 0)));
        assert ((h_filled_x == (h_level_x != 0)) & (h_filled_y == (h_level_y != 0)));
        assert (!h_fits[0] | ar_valid | (x_valid & (h_room_x > x_len)));
        assert (!h_fits[1] | ar_valid | (y_valid & (h_room_y > y_len)));
        // Words and blocks.
        assert (h_pending_x == h_pending_y);
        assert (!h_pending_x | ((h_left_x == h_left_y) & (h_left_x <= last_byte[31:3])));
        assert (!h_pending_x | ((h_last_x == (h_left_x == 0)) & (h_last_y == (h_left_x == 0))));
        assert (!begun | ((h_suffices_x == (turned_x & !more_x))
            & (h_suffices_y == (turned_y & !more_y))));
        assert (!h_pending_x | !h_primed_x
            | (words_x + h_word_x + turned_x == give + more_x));
        assert (!h_pending_y | !h_primed_y
            | (words_y + h_word_y + turned_y == give + more_y));
        assert (!h_pending_x | h_primed_x | (turned_x & (give == blocks_due)
            & (words_x + h_word_x == give + more_x)));
        assert (!h_pending_y | h_primed_y | (turned_y & (give == blocks_due)
            & (words_y + h_word_y == give + more_y)));
        assert (h_pending_x | ((words_x == 0) & !h_word_x));
        assert (h_pending_y | ((words_y == 0) & !h_word_y));
        assert ((give <= blocks_due) & (turn <= blocks_due) & (pairs <= blocks_due));
        assert ((list_x <= blocks_due + more_x) & (list_y <= blocks_due + more_y));
        assert (flush ? give + pairs + h_rotated <= turn : give + pairs + h_rotated == turn);
        assert (!begun | settled | ((words_x == list_x) & (words_y == list_y) & !h_word_x
            & !h_word_y & (pairs == 0) & !h_rotated & !h_rest & !h_filling & (list_g != 0)));
        // The write buffer.
        assert (!begun | (h_carry == more_g));
        assert (!begun | full | (h_last_block == (h_blocks_left == 0)));
        assert (!(begun & full) | ((h_rest | rested) == more_g));
        assert (!h_rest | (full & !rested));
        assert (!rested | full);
        assert (!begun | (push == turn + (more_g & !rested)));
        assert (!settled | h_filling | (list_g == 0));
        assert (!h_filling | ((h_beats_left <= filled) & (h_last == (h_beats_left == 0))));
        assert (h_room == 3'd7 + rested - taken[2:0]);
        assert ((taken <= 7 + rested) & (h_level <= 8));
        assert (h_filled == (h_level != 0));
        // Bursts of the write buffer.
        assert (h_waiting + announced <= 9);
        assert (h_loaded + inside + at
            == beats(buffered) + (h_filling ? filled - h_beats_left : 0));
        assert ((at == 0) | ((announced != 0) & (at <= first)));
        assert (!h_loaded | (w_last == (at == first)));
        assert (announced == h_more + h_go + h_late);
        assert (h_go | (h_more == 0));
        assert (h_outstanding == named + aw_valid);
        assert (h_outstanding == written + announced);
        assert ((h_outstanding <= 32) & (named <= 32) & (written <= 32) & (h_more <= 32));
        assert ((idle == 0) | (announced == 0) | (h_go & (h_out | h_loaded)));
        assert ((idle < 2) | (announced == 0) | h_loaded);
        assert ((idle == 0) | !flush | (announced != 0) | closing);
        assert ((idle < 2) | !flush | (announced != 0));
        assert (!h_all_issued | ((list_g == 0) & !h_filling & (h_waiting == 0)));
    end
    // When a job was cut: in its first cycle; with reads offered, and owed; with bursts buffered,
    // offered on AW, in the middle of W, and to be answered.
    reg in_first, in_ar, in_r, in_buffer, in_aw, in_w, in_b;
    reg by_error;
    reg cut;  // a job was, before this one
    always @(posedge clk) begin
        cut <= !rst & (cut | (done & flush_was));
        if (flush & !flush_was) begin
            in_first <= !settled; in_ar <= ar_valid & !ar_ready; in_r <= owed_x + owed_y > 1;
            in_buffer <= (h_waiting != 0); in_aw <= aw_valid & !aw_ready;
            by_error <= error_was;
            in_w <= (at != 0); in_b <= (announced == 0) & (written != 0);
        end
    end
    wire end_of_cut = done & flush_was;
    always @* if (started) begin
        cover (end_of_cut & in_first);
        cover (end_of_cut & in_ar & in_r);
        cover (end_of_cut & in_buffer);
        cover (end_of_cut & in_aw & by_error);
        cover (end_of_cut & in_w & in_r);
        cover (end_of_cut & in_b & by_error);
        cover (h_start & cut & in_r);
        cover (done & !flush_was & (last_byte == 7));
    end
endmodule
