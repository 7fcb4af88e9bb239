// Gather (3 cores, blocks of 4 chunks): the chunk of any number c is chunk c / n of core c mod n of
// the n cores of the mask, taken once, and comes out in its place of its block; as deal.sv, the
// other way.
module gather(input clk, input rst, input start, input [2:0] core_mask, input ready,
    input [2:0] core_valid, input [63:0] chunk_0, input [63:0] chunk_1, input [63:0] chunk_2);
    wire valid;
    wire [255:0] block;
    wire [2:0] core_ready;
    wire [2:0] h_mask;
    wire [1:0] h_count, h_position, h_distance_0, h_distance_1, h_distance_2;
    unit u(.gradients__valid(valid), .gradients__ready(ready), .gradients__payload(block),
        `include "dealt_ports.svh"
    );

    `include "dealt.svh"
    // A job starts when the results of the one before are gone; its own come later.
    always @* assume (!start | (!rst & (core_mask != 0) & !starting & !valid));
    always @* assume ((core_valid == 0) | (begun & !start & (base < 32'hfffffff0)));

    // The chunk under watch, as the core has it that it belongs to.
    (* anyconst *) wire [31:0] c;
    (* anyconst *) wire [63:0] value;
    always @* assume (!(core_valid[0] & mask[0]) | (next_0 != c) | (chunk_0 == value));
    always @* assume (!(core_valid[1] & mask[1]) | (next_1 != c) | (chunk_1 == value));
    always @* assume (!(core_valid[2] & mask[2]) | (next_2 != c) | (chunk_2 == value));

    wire [31:0] past = base + take[0] + take[1] + take[2];
    wire its = blocks == {2'b0, c[31:2]};
    reg was;
    reg [255:0] block_was;
    always @(posedge clk) begin was <= valid & !ready & !rst; block_was <= block; end
    always @* if (started) begin
        assert (!valid | !its | (block[{c[1:0], 6'b0} +: 64] == value));
        assert (!valid | (base == {blocks[29:0], 2'b0} + 4));  // a block of four chunks
        assert (!was | (valid & (block == block_was)));
        assert ((take & ~mask) == 0);
        assert (!take[0] | ((next_0 >= base) & (next_0 < past)));
        assert (!take[1] | ((next_1 >= base) & (next_1 < past)));
        assert (!take[2] | ((next_2 >= base) & (next_2 < past)));
        assert (!((core_valid == 7) & (ready | !valid)) | (take != 0));  // it never stops
    end
    // What makes it inductive, beside what `dealt.svh` has.
    always @* if (started) begin
        assert (begun | !valid);
        assert (begun | starting | (h_count == 0));
        assert (!begun | ({2'b0, base[31:2]} == blocks + valid) & (!valid | (base[1:0] == 0)));
        assert (!begun | !its | (c >= base) | (block[{c[1:0], 6'b0} +: 64] == value));
    end
    always @* if (started) begin
        cover (valid & its & (mask == 7) & (c == 6));
        cover (valid & !ready & (mask == 4));
        cover ((take == 0) & (core_valid == 2) & (mask == 6) & begun & !valid);
    end
endmodule
