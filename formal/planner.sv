// Planner (64-bit bus, bursts of up to 16 beats, turns of 2 blocks): for every address and size of
// 32 bits, the bursts cover the array without gap, stay in 4 KiB, and end with it.
module planner(input clk, input rst, input start, input [31:0] address, input [31:0] last_byte,
               input ready);
    wire valid;
    wire [41:0] burst;
    wire h_tapered;
    wire [25:0] h_blocks_left;
    wire [3:0] h_final_beat, h_beat;
    wire [24:0] h_block;
    wire [2:0] h_offset;
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
    wire [32:0] after = {1'b0, at[31:3], 3'b0} + {len + 9'd1, 3'b0};
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
        assert (!valid | ({1'b0, at[11:3]} + len < 512));                // inside 4 KiB
        assert (!valid | last | (after <= ending));                       // more is left
        assert (!(valid & last) | ((after > ending) & (after - 8 <= ending)));
        // a turn ends at a multiple of two blocks, or with any short burst
        assert (!valid | (turn == (h_tapered | (after[7:0] == 0))));
    end
    // What makes it inductive.
    wire [26:0] ending_block = {2'b0, ending[31:7]};
    always @* if (started) begin
        assert (!active | (next <= ending));
        assert (!active | ({h_block, h_beat, h_offset} == next));
        assert (!active | (h_block + {1'b0, h_blocks_left} == ending_block));
        assert (!active | (h_final_beat == ending[6:3]));
        assert (!active | (h_tapered ? h_blocks_left <= 4 : h_blocks_left >= 4));
    end
    reg [3:0] count;
    always @(posedge clk) count <= start | rst ? 0 : count + (valid & ready & ~&count);
    always @* if (started) begin
        cover (valid & last & (count == 5) & (next[2:0] == 0));
        cover (valid & !turn & (count == 0) & (at[2:0] != 0));
    end
endmodule
