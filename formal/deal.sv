// Deal: the chunk of any number c goes once, unchanged, to core c mod n of the n cores of the mask,
// as its chunk c / n; so each core gets its chunks in order.
module deal #(parameter `SIZES, localparam CHUNK = 128)
    (input clk, input rst, input start, input [CORES-1:0] core_mask, input valid,
    input [2*DATA_BITS-1:0] block, input [CORES-1:0] core_ready);
    wire ready;
    `include "dealt_ports.svh"
    wire [CORES-1:0] core_valid = valids[CORES-1:0];
    assign {cores__7__ready, cores__6__ready, cores__5__ready, cores__4__ready,
        cores__3__ready, cores__2__ready, cores__1__ready, cores__0__ready} = core_ready;
    unit u(.operands__valid(valid), .operands__ready(ready), .operands__payload(block),
        .h_count(h_count), .*);

    `include "dealt.svh"
    // A job's first block comes later than the second cycle after its start, with the job before
    // over.
    always @* assume (!start | (!rst & (core_mask != 0) & !starting));
    always @* assume (!valid | (begun & !start & (base < 32'hfffffff0)));

    // The chunk under watch, where its block has it: {label, logit}.
    (* anyconst *) wire [31:0] c;
    (* anyconst *) wire [CHUNK-1:0] value;
    wire [11:0] at = (c % CHUNKS) * 64;
    always @* assume (!valid | (blocks != (c >> PLACE))
        | ({block[DATA_BITS + at +: 64], block[at +: 64]} == value));

    wire [31:0] past = base + ones(core_valid);
    wire [CORES-1:0] its;
    generate for (k = 0; k < CORES; k = k + 1) begin : core
        wire [31:0] number = next[32*k +: 32];
        wire [CHUNK-1:0] chunk = payloads[CHUNK*k +: CHUNK];
        assign its[k] = take[k] & (number == c);
        always @* if (started) begin
            assert (!core_valid[k] | (number != c) | (chunk == value));
            // what goes in one cycle are the next chunks, all of one block, each to its core
            assert (!core_valid[k] | ((number >= base) & (number < past)));
        end
    end endgenerate
    always @* if (started) begin
        assert ((core_valid & ~mask) == 0);
        assert ((core_valid == 0) | (valid & (base[31:PLACE] == blocks[31-PLACE:0])));
        assert (ready == (valid & (core_valid != 0) & (past == block_base + CHUNKS)));
        assert ((core_valid & ~core_ready) == 0);               // to all of them or to none
        // it never stops: it waits for the cores of the step, and for no other
        assert (!(valid & (&(core_ready | ~due))) | (core_valid != 0));
    end
    // What makes it inductive, beside what `dealt.svh` has.
    always @* if (started) begin
        assert (!begun | (base[31:PLACE] == blocks[31-PLACE:0]));
    end
    always @* if (started) begin
        cover ((its != 0) & all & (c == 2 * CHUNKS - 1));
        cover (valid & ready & one);
    end
    generate if (CORES > 2) begin : several
        always @* if (started) begin
            cover (valid & ready & odd);
            cover (valid & !ready & (n == 2) & (core_ready != 0) & ((core_ready & mask) == 0));
            // it goes on with the cores of the step alone
            cover ((core_valid != 0) & (core_ready == due) & (due != mask));
        end
    end endgenerate
endmodule
