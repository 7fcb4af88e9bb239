// Gather: the chunk of any number c is chunk c / n of core c mod n of the n cores of the mask,
// taken once, and comes out in its place of its block; as deal.sv, the other way.
module gather #(parameter `SIZES, localparam CHUNK = 64)
    (input clk, input rst, input start, input [CORES-1:0] core_mask, input ready,
    input [CORES-1:0] core_valid, input [CORES*CHUNK-1:0] chunks);
    wire valid;
    wire [DATA_BITS-1:0] block;
    `include "dealt_ports.svh"
    wire [CORES-1:0] core_ready = readies[CORES-1:0];
    assign {cores__7__valid, cores__6__valid, cores__5__valid, cores__4__valid,
        cores__3__valid, cores__2__valid, cores__1__valid, cores__0__valid} = core_valid;
    assign {cores__7__payload, cores__6__payload, cores__5__payload, cores__4__payload,
        cores__3__payload, cores__2__payload, cores__1__payload, cores__0__payload} = chunks;
    unit u(.gradients__valid(valid), .gradients__ready(ready), .gradients__payload(block),
        .h_count(h_count), .*);

    `include "dealt.svh"
    // A job starts when the results of the one before are gone; its own come later.
    always @* assume (!start | (!rst & (core_mask != 0) & !starting & !valid));
    always @* assume ((core_valid == 0) | (begun & !start & (base < 32'hfffffff0)));

    // The chunk under watch, as the core has it that it belongs to.
    (* anyconst *) wire [31:0] c;
    (* anyconst *) wire [CHUNK-1:0] value;
    wire [31:0] past = base + ones(take);
    generate for (k = 0; k < CORES; k = k + 1) begin : core
        wire [31:0] number = next[32*k +: 32];
        wire [CHUNK-1:0] chunk = chunks[CHUNK*k +: CHUNK];
        always @* assume (!(core_valid[k] & mask[k]) | (number != c) | (chunk == value));
        always @* if (started) begin
            assert (!take[k] | ((number >= base) & (number < past)));
        end
    end endgenerate

    wire its = blocks == (c >> PLACE);
    generate for (k = 0; k < CHUNKS; k = k + 1) begin : place
        wire [CHUNK-1:0] chunk = block[CHUNK*k +: CHUNK];
        always @* if (started) begin
            assert (!valid | !its | (c % CHUNKS != k) | (chunk == value));
            // what makes it inductive
            assert (!begun | !its | (c % CHUNKS != k) | (c >= base) | (chunk == value));
        end
    end endgenerate

    reg was;
    reg [DATA_BITS-1:0] block_was;
    always @(posedge clk) begin was <= valid & !ready & !rst; block_was <= block; end
    always @* if (started) begin
        assert (!valid | (base == block_base + CHUNKS));  // a block of all its chunks
        assert (!was | (valid & (block == block_was)));
        assert ((take & ~mask) == 0);
        // it never stops: it waits for the cores of the step, and for no other
        assert (!((core_valid != 0) & (&(core_valid | ~due)) & (ready | !valid)) | (take != 0));
    end
    // What makes it inductive, beside what `dealt.svh` has.
    always @* if (started) begin
        assert (begun | !valid);
        assert (begun | starting | (h_count == 0));
        assert (!begun | ((base >> PLACE) == blocks + valid) & (!valid | (base % CHUNKS == 0)));
    end
    always @* if (started) begin
        cover (valid & its & all & (c == 2 * CHUNKS - 1));
        cover (valid & !ready & one);
    end
    generate if (CORES > 2) begin : several
        always @* if (started) begin
            cover (valid & odd);
            cover ((take == 0) & (ones(core_valid & mask) == 1) & (n == 2) & begun & !valid);
            // it goes on with the cores of the step alone
            cover ((take != 0) & (core_valid == due) & (due != mask));
        end
    end endgenerate
endmodule
