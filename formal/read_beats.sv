// Reader, what joins its parts: requests (read_requests.sv), the rotation (rotate.sv) and for each
// array a realign (realign.sv). Each part gets what it needs of the job and of the others; a word
// is turned by the offset of the array that RID names, and goes to that array alone; blocks go out
// in pairs; a fault tells the address of its beat.
module read_beats #(parameter `SIZES, localparam D = DATA_BITS, LANE = $clog2(DATA_BITS / 8),
    GRANULE = $clog2(GRANULE_BYTES), OFFSET = LANE - GRANULE,
    HELD = DATA_BITS - 8 * GRANULE_BYTES, OPEN = $clog2(2 * BUFFER_BEATS + 1))
    (input clk, input rst, input start, input [31:0] logits, input [31:0] labels,
    input [31:0] last_byte, input halt, input ar_ready, input r_valid, input [D+3:0] r,
    input ready,
    // What the parts do: requests, the rotation, the realigns of logits (x) and labels (y).
    input q_valid, input q_id, input [39-LANE:0] q_burst, input [OPEN-1:0] q_open,
    input t_valid, input [D:0] t_word,
    input x_valid, input [D-1:0] x_word, input x_freed, input x_pending,
    input y_valid, input [D-1:0] y_word, input y_freed, input y_pending);
    wire ar_valid, r_ready, valid, pending, idle, fault;
    wire [45:0] ar;
    wire [2*D-1:0] pair;
    wire [32:0] fault_payload;
    wire h_q_start, h_q_halt, h_q_freed_x, h_q_freed_y, h_q_ready, h_q_end;
    wire [31:0] h_q_logits, h_q_labels, h_q_last_byte, h_following_0, h_following_1;
    wire h_t_valid;
    wire [D+OFFSET:0] h_t;
    wire h_x_start, h_x_valid, h_x_take, h_y_start, h_y_valid, h_y_take;
    wire [OFFSET-1:0] h_x_offset, h_y_offset;
    wire [31:0] h_x_last_byte, h_y_last_byte;
    wire [D-1:0] h_x_word, h_y_word;
    unit u(.clk(clk), .rst(rst), .start(start), .addresses__0(logits), .addresses__1(labels),
        .last_byte(last_byte), .halt(halt), .ar__valid(ar_valid), .ar__ready(ar_ready),
        .ar__payload(ar), .r__valid(r_valid), .r__ready(r_ready), .r__payload(r),
        .operands__valid(valid), .operands__ready(ready), .operands__payload(pair),
        .pending(pending), .idle(idle), .faults__valid(fault), .faults__payload(fault_payload),
        .q_valid(q_valid), .q_id(q_id), .q_burst(q_burst), .q_open(q_open), .t_valid(t_valid),
        .t_word(t_word), .x_valid(x_valid), .x_word(x_word), .x_freed(x_freed),
        .x_pending(x_pending), .y_valid(y_valid), .y_word(y_word), .y_freed(y_freed),
        .y_pending(y_pending), .h_q_start(h_q_start), .h_q_halt(h_q_halt),
        .h_q_freed_x(h_q_freed_x), .h_q_freed_y(h_q_freed_y), .h_q_ready(h_q_ready),
        .h_q_end(h_q_end), .h_q_logits(h_q_logits), .h_q_labels(h_q_labels),
        .h_q_last_byte(h_q_last_byte), .h_t_valid(h_t_valid), .h_t(h_t), .h_x_start(h_x_start),
        .h_x_valid(h_x_valid), .h_x_take(h_x_take), .h_x_offset(h_x_offset),
        .h_x_last_byte(h_x_last_byte), .h_x_word(h_x_word), .h_y_start(h_y_start),
        .h_y_valid(h_y_valid), .h_y_take(h_y_take), .h_y_offset(h_y_offset),
        .h_y_last_byte(h_y_last_byte), .h_y_word(h_y_word), .h_following_0(h_following_0),
        .h_following_1(h_following_1),
        // A realign's block is its newer word, where it takes nothing from the older one.
        .x_old({HELD{1'b0}}), .y_old({HELD{1'b0}}));
    wire id = r[0], last = r[D+3];
    wire [D-1:0] word = r[D:1];
    wire [1:0] resp = r[D+2:D+1];
    wire [OFFSET-1:0] x_offset = logits[LANE-1:GRANULE], y_offset = labels[LANE-1:GRANULE];

    `include "reset.svh"
    // Addresses hold still from the start of a job on.
    reg begun;
    reg [31:0] x_at, y_at;
    always @(posedge clk) begin
        begun <= !rst & (begun | start);
        if (start) begin x_at <= logits; y_at <= labels; end
    end
    always @* assume (!begun | ((logits == x_at) & (labels == y_at)));

    // Beats of each array since the start: the first has the array's first byte, each further one
    // begins at the next bus word.
    reg [31-LANE:0] x_beats, y_beats;
    always @(posedge clk) begin
        x_beats <= start ? 0 : x_beats + (r_valid & !id);
        y_beats <= start ? 0 : y_beats + (r_valid & id);
        if (rst) begin x_beats <= 0; y_beats <= 0; end
    end
    reg x_later, y_later;  // not the first one
    always @(posedge clk) begin
        x_later <= !rst & !start & (x_later | (r_valid & !id));
        y_later <= !rst & !start & (y_later | (r_valid & id));
    end
    wire [31-LANE:0] x_bus = logits[31:LANE] + x_beats, y_bus = labels[31:LANE] + y_beats;
    wire [31:0] x_next = {x_bus, x_later ? {LANE{1'b0}} : logits[LANE-1:0]};
    wire [31:0] y_next = {y_bus, y_later ? {LANE{1'b0}} : labels[LANE-1:0]};

    // What never changes, one cycle later: as a wire it would be no claim.
    reg later, ready_was;
    reg [4:0] kind_was;
    always @(posedge clk) begin
        later <= started;
        ready_was <= r_ready & !rst;
        kind_was <= rst ? 0 : ar[45:41];
    end
    // High in all cycles of which something is claimed: both ends of a wire would be one signal,
    // and their comparison no claim.
    wire on = !rst;
    always @* if (started) begin
        // requests
        assert ({h_q_start, h_q_halt, h_q_last_byte} == (on ? {start, halt, last_byte} : 0));
        assert ({h_q_logits, h_q_labels} == (on ? {logits, labels} : 0));
        assert ({h_q_freed_x, h_q_freed_y} == (on ? {x_freed, y_freed} : 0));
        assert (h_q_end == (on & r_valid & last));
        assert ({ar_valid, h_q_ready} == (on ? {q_valid, ar_ready} : 0));
        assert ({ar[40:1], ar[0]} == (on ? {q_burst, {LANE{1'b0}}, q_id} : 0));
        assert (!later | (kind_was == {2'b01, LANE[2:0]}));        // AxBURST INCR, AxSIZE
        assert (idle == (on & (q_open == 0)));
        // the rotation
        assert (!later | ready_was);                              // R is always taken
        assert ({h_t_valid, h_t[D:0]} == (on ? {r_valid, id, word} : 0));
        assert (h_t[D+OFFSET:D+1] == (on ? (id ? y_offset : x_offset) : 0));
        // the realigns
        assert ({h_x_start, h_x_offset, h_x_last_byte} == (on ? {start, x_offset, last_byte} : 0));
        assert ({h_y_start, h_y_offset, h_y_last_byte} == (on ? {start, y_offset, last_byte} : 0));
        assert ({h_x_valid, h_x_word} == (on ? {t_valid & !t_word[D], t_word[D-1:0]} : 0));
        assert ({h_y_valid, h_y_word} == (on ? {t_valid & t_word[D], t_word[D-1:0]} : 0));
        // pairs
        assert (valid == (on & x_valid & y_valid));
        assert ((h_x_take == (valid & on & ready)) & (h_y_take == (valid & on & ready)));
        assert (pair == (on ? {y_word, x_word} : 0));
        assert (pending == (on & (x_pending | y_pending)));
        // faults
        assert (fault == (on & r_valid & resp[1]));
        assert (fault_payload[32] == (on & resp[0]));
        assert (!begun | (fault_payload[31:0] == (id ? y_next : x_next)));
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (!begun | ((h_following_0 == x_next) & (h_following_1 == y_next)));
    end
    always @* if (started) begin
        cover (fault & id & (x_beats == 1) & (y_beats == 3) & (y_at[LANE-1:0] != 0));
        cover (fault & !id & (x_beats == 0) & (y_beats == 1) & begun & (x_at[LANE-1:0] != 0));
        cover (valid & ready & pending & idle & ar_valid);
    end
endmodule
