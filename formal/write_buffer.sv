// WriteBuffer between a list of bursts (planner.sv) and a buffer that keeps beats in order
// (fifo.sv): for every address and size, byte k of the blocks is written where byte k of the array
// lies, and nothing beside the array is.
module write_buffer #(parameter `SIZES, localparam LANE = $clog2(DATA_BITS / 8),
    GRANULE = $clog2(GRANULE_BYTES), OFFSET = LANE - GRANULE, GRANULES = 1 << OFFSET,
    BEAT = $clog2(BURST_BEATS), ROOM = $clog2(DEPTH),
    HELD = DATA_BITS - 8 * GRANULE_BYTES)  // the last granule always comes from the newer block
    (input clk, input rst, input start, input [31:0] address, input [31:0] last_byte,
    input valid, input [DATA_BITS-1:0] block, input p_valid, input [41:0] p_burst, input f_freed);
    wire ready, complete;
    wire h_push, h_rotated, h_first, h_last_block, h_rest, h_carry, h_filling, h_last, h_next;
    wire [DATA_BITS+GRANULES:0] h_beat;  // data, a bit for each granule, whether it is the last
    wire [DATA_BITS-1:0] h_turned;
    wire [HELD-1:0] h_hold;
    wire [31-LANE:0] h_blocks_left;
    wire [BEAT-1:0] h_beats_left;
    wire [GRANULES-2:0] h_from_hold;
    wire [GRANULES-1:0] h_until_last, from_hold = h_from_hold;
    wire [ROOM-1:0] h_room;
    wire [OFFSET-1:0] h_amount;
    unit u(.clk(clk), .rst(rst), .start(start), .address(address), .last_byte(last_byte),
        .gradients__valid(valid), .gradients__ready(ready), .gradients__payload(block),
        .complete(complete), .beats__valid(), .beats__ready(1'b0), .beats__payload(),
        .p_valid(p_valid), .p_burst(p_burst), .f_freed(f_freed), .h_push(h_push), .h_beat(h_beat),
        .h_next(h_next), .h_rotated(h_rotated), .h_turned(h_turned), .h_hold(h_hold),
        .h_first(h_first), .h_last_block(h_last_block), .h_rest(h_rest), .h_carry(h_carry),
        .h_filling(h_filling), .h_last(h_last), .h_blocks_left(h_blocks_left),
        .h_beats_left(h_beats_left), .h_from_hold(h_from_hold), .h_until_last(h_until_last),
        .h_room(h_room), .h_amount(h_amount));

    `include "reset.svh"
    // Dma resets the unit between jobs; address and size hold still from the start on, and are
    // multiples of the granule.
    reg begun, settled, third;
    reg [31:0] address_is, last_is;
    always @(posedge clk) begin
        begun <= !rst & (begun | start); settled <= !rst & begun; third <= !rst & settled;
        if (start) begin address_is <= address; last_is <= last_byte; end
    end
    always @* assume (!start | (!rst & !begun));
    always @* assume (!(start | begun) | (&last_byte[GRANULE-1:0] & ~|address[GRANULE-1:0]));
    always @* assume (!begun | ((address == address_is) & (last_byte == last_is)));
    // bytes from the first word
    wire [32:0] first = address[LANE-1:0], ending = first + last_byte;
    wire [31:0] beats_due = ending[32:LANE] + 1, blocks_due = last_byte[31:LANE] + 1;

    // Blocks that came, beats that went into the buffer and that left it, beats of listed bursts.
    reg [31:0] came, pushed, left, listed;
    wire come = valid & ready;
    wire [31:0] burst = p_burst[32 +: BEAT];  // its beats less one; the other bits are constants
    wire [31:0] turned = came - h_rotated;  // blocks that are out of the rotation
    always @(posedge clk) begin
        came <= rst ? 0 : came + come;
        pushed <= rst ? 0 : pushed + h_push;
        left <= rst ? 0 : left + f_freed;
        listed <= rst ? 0 : listed + (p_valid & h_next ? burst + 1 : 0);
    end
    // As many blocks as the array has, the first not before the third cycle.
    always @* assume (!valid | (third & (came < blocks_due)));
    always @* assume (!f_freed | (left != pushed));
    // The planner lists bursts until the array's words are over, one in every cycle.
    always @* assume (p_valid == (begun & (listed < beats_due)));
    always @* assume (!p_valid | (burst < beats_due - listed));

    // Byte k of the array has this value, in lane k of its block and `at` of its beat, modulo their
    // bytes.
    (* anyconst *) wire [31:0] k;
    (* anyconst *) wire [7:0] value;
    wire [32:0] at = k + first;
    wire [31:0] its_block = k[31:LANE], its_beat = at[32:LANE];
    wire [LANE+2:0] lane = {at[LANE-1:0], 3'b0};
    always @* assume (!(valid & (came == its_block)) | (block[{k[LANE-1:0], 3'b0} +: 8] == value));
    // A granule of a beat, any.
    (* anyconst *) wire [OFFSET-1:0] granule;
    wire selected = h_beat[DATA_BITS + granule];
    wire [LANE+31:0] place = {pushed, granule, {GRANULE{1'b0}}};

    reg [2:0] waiting;
    always @(posedge clk)
        waiting <= rst | !begun | (came != blocks_due) | (pushed == beats_due) ? 0 : waiting + 1;
    always @* if (started) begin
        assert (!(h_push & (pushed == its_beat) & (k <= last_byte)) | (h_beat[lane +: 8] == value));
        assert (!h_push | (selected == ((place >= first) & (place <= ending))));
        assert (!h_push | selected
            | (h_beat[granule * 8 * GRANULE_BYTES +: 8 * GRANULE_BYTES] == 0));
        // `last` ends its burst
        assert (!h_push | (h_beat[DATA_BITS + GRANULES] == (pushed + 1 == listed)));
        assert (!h_push | (pushed < beats_due));                    // no beat after the array's
        assert (waiting < 3);                                       // and all of them, soon
        assert (pushed + h_push - left <= DEPTH);                       // the buffer has room
        assert (ready | (pushed != left) | h_rotated | (came == blocks_due));  // takes when empty
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (begun | ((came == 0) & (listed == 0) & (pushed == 0) & !h_filling & !h_rotated));
        assert ((came <= blocks_due) & (listed <= beats_due) | !begun);
        assert (!begun | (h_rotated <= came));
        assert (third | ((came == 0) & !h_rest));
        assert (pushed == turned + (begun & h_carry & (turned == blocks_due) & !h_rest));
        assert (!h_rest | (h_carry & (turned == blocks_due) & !h_rotated));
        assert (left <= pushed);
        assert ((waiting == 0) | (pushed == beats_due) | ((waiting == 1) & h_rest));
        assert (h_room == ROOM'(DEPTH - 1 - came + left));
        assert ((came - left <= DEPTH - 1) | (left == came + 1));
        assert (!settled | (h_carry == (beats_due != blocks_due)));
        assert (!settled | (h_amount == OFFSET'(-address[GRANULE +: OFFSET])));
        assert (!settled | (from_hold[granule] == (granule < address[GRANULE +: OFFSET])));
        assert (!settled | (h_until_last[granule] == (granule <= ending[GRANULE +: OFFSET])));
        assert (!begun | (h_first == (turned == 0)));
        assert (!begun | (turned == blocks_due)
            | (h_blocks_left == blocks_due - turned - 1));
        assert (!begun | (turned == blocks_due) | (h_last_block == (turned + 1 == blocks_due)));
        assert (!settled | (h_filling == (pushed != listed)));
        assert (!settled | h_filling | (pushed == beats_due));
        assert (!h_filling | ((listed - pushed <= BURST_BEATS)
            & (h_beats_left == listed - pushed - 1)
            & (h_last == (listed == pushed + 1))));
        assert (!(h_rotated & (came == its_block + 1)) | (h_turned[lane +: 8] == value));
        assert (!((turned == its_block + 1) & (lane < HELD)) | (h_hold[lane +: 8] == value));
    end
    // As full as covers wait for: to fill a large buffer takes more cycles than they have.
    localparam FULL = DEPTH < 4 ? DEPTH : 4;
    always @* if (started) begin
        cover (begun & (pushed == 3) & (beats_due == 3) & (blocks_due == 2) & (its_beat == 2)
            & (k == last_byte) & &address[GRANULE +: OFFSET]);
        cover (begun & (pushed == beats_due) & (beats_due == 1) & (last_byte == GRANULE_BYTES - 1));
        cover ((!ready | (FULL < DEPTH)) & (pushed - left == FULL - 1));
        cover (complete & (pushed == 2) & (beats_due == 5));
    end
endmodule
