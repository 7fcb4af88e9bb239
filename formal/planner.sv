// Planner: for every address and size of 32 bits, the bursts cover the array without gap, stay in
// 4 KiB, and end with it.
// The lowest bits of an address: byte in its bus word, beat in its block, block in its turn.
module planner #(parameter `SIZES, localparam LANE = $clog2(DATA_BITS / 8),
    BEAT = $clog2(BURST_BEATS), BLOCK = LANE + BEAT, TURN = BLOCK + $clog2(TURN_BLOCKS))
    (input clk, input rst, input start, input [31:0] address, input [31:0] last_byte, input ready);
    wire valid;
    wire [41:0] burst;
    wire h_tapered;
    wire [31-BLOCK:0] h_blocks_left;
    wire [BEAT-1:0] h_final_beat, h_beat;
    wire [31-BLOCK:0] h_block;
    wire [LANE-1:0] h_offset;
    unit u(.clk(clk), .rst(rst), .start(start), .address(address), .last_byte(last_byte),
        .bursts__valid(valid), .bursts__ready(ready), .bursts__payload(burst),
        .h_tapered(h_tapered), .h_blocks_left(h_blocks_left), .h_final_beat(h_final_beat),
        .h_beat(h_beat), .h_block(h_block), .h_offset(h_offset));
    wire [31:0] at = burst[31:0];
    wire [7:0] len = burst[39:32];
    wire turn = burst[40], last = burst[41];

    `include "reset.svh"
    // An array lies inside the address space.
    wire [32:0] array_end = {1'b0, address} + last_byte;
    always @* assume (!start | !array_end[32]);
    always @* assume (!start | !rst);

    // What is left of the array: its next byte and its last.
    reg active;
    reg [31:0] next, ending;
    localparam [LANE-1:0] NONE = 0;
    wire [32:0] after = {1'b0, at[31:LANE], NONE} + {len + 9'd1, NONE};
    always @(posedge clk) begin
        if (valid & ready) begin
            next <= after[31:0];
            active <= !last;
        end
        if (start) begin
            next <= address; ending <= array_end[31:0]; active <= 1;
        end
        if (rst) active <= 0;
    end

    always @* if (started) begin
        assert (valid == active);
        assert (!valid | (at == next));                                  // no gap
        assert (!valid | ({1'b0, at[11:LANE]} + len < 4096 >> LANE));                // inside 4 KiB
        assert (!valid | last | (after <= ending));                       // more is left
        assert (!(valid & last) | ((after > ending) & (after - DATA_BITS / 8 <= ending)));
        // a turn ends at a multiple of its blocks, or with any short burst
        assert (!valid | (turn == (h_tapered | (after[TURN-1:0] == 0))));
    end
    // What makes it inductive.
    wire [33-BLOCK:0] ending_block = ending[31:BLOCK];
    always @* if (started) begin
        assert (!active | (next <= ending));
        assert (!active | ({h_block, h_beat, h_offset} == next));
        assert (!active | (h_block + {1'b0, h_blocks_left} == ending_block));
        assert (!active | (h_final_beat == ending[LANE +: BEAT]));
        assert (!active | (h_tapered ? h_blocks_left <= 4 : h_blocks_left >= 4));
    end
    reg [3:0] count;
    always @(posedge clk) count <= start | rst ? 0 : count + (valid & ready & ~&count);
    always @* if (started) begin
        cover (valid & last & (count == 5) & (next[LANE-1:0] == 0));
        cover (valid & (turn == (TURN_BLOCKS == 1)) & !h_tapered & (count == 0)
            & (at[LANE-1:0] != 0));
    end
endmodule
