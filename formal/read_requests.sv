// ReadRequests: AR stable and as planned, a burst as soon as there is room for it, of the array whose
// turn it is; never more asked for than there is room for each array, nothing new after `halt`.
module read_requests #(parameter `SIZES, localparam LANE = $clog2(DATA_BITS / 8),
    ROOM = $clog2(BUFFER_BEATS + 1), OPEN = $clog2(2 * BUFFER_BEATS + 1),
    LONG_BYTES = 16 * TURN_BEATS * (DATA_BITS / 8))  // of a long job there is more
    (input clk, input rst, input start, input [31:0] logits, input [31:0] labels,
    input [31:0] last_byte, input halt, input freed_0, input freed_1, input burst_end,
    input ar_ready);
    wire ar_valid, idle;
    wire [45:0] ar;
    wire h_valid_0, h_valid_1, h_take_0, h_take_1, h_fresh, h_turn, h_long;
    wire [1:0] h_fits, h_gone;
    wire [41:0] h_burst_0, h_burst_1;
    wire [ROOM-1:0] h_room_0, h_room_1;
    wire [OPEN-1:0] h_outstanding;
    unit u(.clk(clk), .rst(rst), .start(start), .addresses__0(logits), .addresses__1(labels),
        .last_byte(last_byte), .halt(halt), .freed__0(freed_0), .freed__1(freed_1),
        .burst_end(burst_end), .ar__valid(ar_valid), .ar__ready(ar_ready), .ar__payload(ar),
        .idle(idle), .h_valid_0(h_valid_0), .h_valid_1(h_valid_1), .h_take_0(h_take_0),
        .h_take_1(h_take_1), .h_burst_0(h_burst_0), .h_burst_1(h_burst_1), .h_room_0(h_room_0),
        .h_room_1(h_room_1), .h_fresh(h_fresh), .h_turn(h_turn), .h_long(h_long),
        .h_fits(h_fits), .h_gone(h_gone), .h_outstanding(h_outstanding));
    wire id = ar[0];
    wire [31:0] at = ar[32:1];
    wire [7:0] len = ar[40:33];
    wire [41:0] taken = h_take_1 ? h_burst_1 : h_burst_0;
    wire load = h_take_0 | h_take_1;

    `include "reset.svh"
    // Dma resets the unit between jobs; `last_byte` holds still from the start on.
    reg begun;
    reg [31:0] size;
    always @(posedge clk) begin
        begun <= !rst & (begun | start);
        if (start) size <= last_byte;
    end
    always @* assume (!start | (!rst & !begun));
    always @* assume (!begun | (last_byte == size));

    // Beats asked for and not yet freed, of each array; bursts asked for whose last beat is to
    // come.
    reg [OPEN-1:0] held_0, held_1, open;
    always @(posedge clk) begin
        held_0 <= held_0 + (h_take_0 ? h_burst_0[39:32] + 1 : 0) - freed_0;
        held_1 <= held_1 + (h_take_1 ? h_burst_1[39:32] + 1 : 0) - freed_1;
        open <= open + load - burst_end;
        if (rst) begin held_0 <= 0; held_1 <= 0; open <= 0; end
    end
    // Memory answers what was asked for, and a burst that is not over holds a beat.
    always @* assume (!freed_0 | (held_0 != 0));
    always @* assume (!freed_1 | (held_1 != 0));
    always @* assume (!burst_end | (open != 0));
    always @* assume (held_0 + held_1 - freed_0 - freed_1 >= open - burst_end);

    // Whose turn it is, and whether the turn is about to begin. A long job passes it on with a burst
    // that ends a turn, a short one with every burst.
    wire long = begun & (size >= LONG_BYTES);
    reg labels_turn, begins;
    always @(posedge clk) begin
        if (load) labels_turn <= (!long | taken[40]) ? h_take_0 : h_take_1;
        if (start | load) begins <= start | taken[40];
        if (rst) begin labels_turn <= 0; begins <= 0; end
    end
    // What was there in the cycle before: bursts that are left, and room for the next one. A long
    // turn begins with room for all of it. All is there when a job begins.
    wire [31:0] need_0 = (long & begins) ? TURN_BEATS : h_burst_0[39:32] + 1;
    wire [31:0] need_1 = (long & begins) ? TURN_BEATS : h_burst_1[39:32] + 1;
    reg left_0, left_1, may_0, may_1;
    always @(posedge clk) begin
        left_0 <= rst | start | h_valid_0;
        left_1 <= rst | start | h_valid_1;
        may_0 <= !rst & (start | (h_valid_0 & (held_0 + need_0 <= BUFFER_BEATS)));
        may_1 <= !rst & (start | (h_valid_1 & (held_1 + need_1 <= BUFFER_BEATS)));
    end
    // Skipped is an array without bursts left, and in a short job one without room.
    wire skip_0 = long ? !left_0 : !may_0, skip_1 = long ? !left_1 : !may_1;
    wire pick = labels_turn ? !skip_1 : skip_0;
    wire ask = (pick ? may_1 : may_0) & !ar_valid & !halt;

    reg ar_was, ready_was, halt_was, load_was, take_1_was;
    reg [45:0] ar_before;
    reg [41:0] taken_was;
    reg [2:0] waiting;  // cycles in which all room is free, bursts are left and nothing is offered
    wire wait_for_nothing = begun & !halt & !ar_valid & (h_valid_0 | h_valid_1)
        & (held_0 == 0) & (held_1 == 0);
    always @(posedge clk) begin
        ar_was <= ar_valid & !rst; ready_was <= ar_ready; ar_before <= ar; halt_was <= halt;
        load_was <= load & !rst; taken_was <= taken; take_1_was <= h_take_1;
        waiting <= wait_for_nothing & !rst ? waiting + 1 : 0;
    end
    always @* if (started) begin
        assert (!(ar_was & !ready_was) | (ar_valid & (ar == ar_before)));
        assert (!(ar_valid & !(ar_was & !ready_was)) | load_was);   // new only when taken
        assert (!load_was | (ar_valid & (at == {taken_was[31:LANE], {LANE{1'b0}}})
            & (len == taken_was[39:32]) & (id == take_1_was)));
        assert (h_take_0 == (ask & !pick));                         // as soon as it may
        assert (h_take_1 == (ask & pick));
        assert (!h_take_0 | h_valid_0);                             // what is taken is there
        assert (!h_take_1 | h_valid_1);
        assert (!(ar_valid & halt_was) | (ar_was & !ready_was));    // nothing new after halt
        assert (held_0 <= BUFFER_BEATS);  // room for all that is asked for
        assert (held_1 <= BUFFER_BEATS);
        assert (open <= 2 * BUFFER_BEATS);
        assert (idle == (open == 0));
        assert (waiting < 4);                                       // it never stops asking
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (h_room_0 + held_0 == BUFFER_BEATS);
        assert (h_room_1 + held_1 == BUFFER_BEATS);
        assert (h_outstanding == open);
        assert (h_turn == labels_turn);
        assert (h_fresh == begins);
        assert (!begun | (h_long == long));
        assert (h_fits == {may_1, may_0});
        assert (h_gone == {!left_1, !left_0});
        assert (held_0 + held_1 >= open);
        assert (begun | (!ar_valid & !h_valid_0 & !h_valid_1 & (held_0 == 0) & (held_1 == 0)));
    end
    // As full as covers wait for: to fill a large buffer takes more cycles than they have.
    localparam FULL = BUFFER_BEATS < 64 ? BUFFER_BEATS : 64;
    always @* if (started) begin
        cover ((held_0 == FULL) & ar_valid);
        cover (idle & begun & !h_valid_0 & !h_valid_1 & (size > DATA_BITS / 8));
        cover (long & begins & h_take_1);
        // Logits are skipped: for room, where a job can fill the buffer in so few cycles.
        cover (!long & !labels_turn & h_take_1 & (h_valid_0 | (BUFFER_BEATS > FULL)));
    end
endmodule
