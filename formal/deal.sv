// Deal (3 cores, blocks of 4 chunks): the chunk of any number c goes once, unchanged, to core c mod
// n of the n cores of the mask, as its chunk c / n; so each core gets its chunks in order.
module deal(input clk, input rst, input start, input [2:0] core_mask, input valid,
    input [511:0] block, input [2:0] core_ready);
    wire ready;
    wire [2:0] core_valid;
    wire [127:0] chunk_0, chunk_1, chunk_2;
    wire [2:0] h_mask;
    wire [1:0] h_count, h_position, h_distance_0, h_distance_1, h_distance_2;
    unit u(.operands__valid(valid), .operands__ready(ready), .operands__payload(block),
        `include "dealt_ports.svh"
    );

    `include "dealt.svh"
    // A job's first block comes later than the second cycle after its start, with the job before
    // over.
    always @* assume (!start | (!rst & (core_mask != 0) & !starting));
    always @* assume (!valid | (begun & !start & (base < 32'hfffffff0)));

    // The chunk under watch, where its block has it: {label, logit}.
    (* anyconst *) wire [31:0] c;
    (* anyconst *) wire [127:0] value;
    wire [8:0] at = {1'b0, c[1:0], 6'b0};
    always @* assume (!valid | (blocks != {2'b0, c[31:2]})
        | ({block[256 + at +: 64], block[at +: 64]} == value));

    wire [31:0] past = base + core_valid[0] + core_valid[1] + core_valid[2];
    always @* if (started) begin
        assert ((core_valid & ~mask) == 0);
        assert (!core_valid[0] | (next_0 != c) | (chunk_0 == value));
        assert (!core_valid[1] | (next_1 != c) | (chunk_1 == value));
        assert (!core_valid[2] | (next_2 != c) | (chunk_2 == value));
        // what goes in one cycle are the next chunks, all of one block, each to its core
        assert (!core_valid[0] | ((next_0 >= base) & (next_0 < past)));
        assert (!core_valid[1] | ((next_1 >= base) & (next_1 < past)));
        assert (!core_valid[2] | ((next_2 >= base) & (next_2 < past)));
        assert ((core_valid == 0) | (valid & (base[31:2] == blocks[29:0])));
        assert (ready == (valid & (core_valid != 0) & (past == {blocks[29:0], 2'b0} + 4)));
        assert ((core_valid & ~core_ready) == 0);              // to all of them or to none
        assert (!(valid & (core_ready == 7)) | (core_valid != 0));  // it never stops
    end
    // What makes it inductive, beside what `dealt.svh` has.
    always @* if (started) begin
        assert (!begun | (base[31:2] == blocks[29:0]));
    end
    always @* if (started) begin
        cover (take[1] & (mask == 7) & (next_1 == c) & (c == 7));
        cover (valid & ready & (mask == 4));
        cover (valid & !ready & (mask == 5) & (core_ready == 2));
    end
endmodule
