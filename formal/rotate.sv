// Rotate with a bit of a tag: some cycles later, granule g is granule g + amount of what came, and
// the tag is its own; nothing comes that did not.
module rotate #(parameter `SIZES, localparam GRANULE = 8 * GRANULE_BYTES,
    AMOUNT = $clog2(DATA_BITS / GRANULE), IN = DATA_BITS + 1 + AMOUNT,
    STAGES = 1 + (AMOUNT - FIRST_LEVELS + 1) / 2)  // two levels each, after the first
    (input clk, input rst, input i_valid, input [IN-1:0] i);
    wire o_valid;
    wire [DATA_BITS:0] o;
    unit u(.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i), .o__valid(o_valid),
        .o__payload(o));
    `include "reset.svh"
    // What came, the newest in the lowest bits.
    reg [STAGES-1:0] valid;
    reg [STAGES*IN-1:0] came;
    always @(posedge clk) begin
        valid <= rst ? 0 : {valid, i_valid};
        came <= {came, i};
    end
    wire [IN-1:0] its = came[(STAGES-1)*IN +: IN];
    (* anyconst *) wire [AMOUNT-1:0] g;
    wire [AMOUNT-1:0] from = g + its[DATA_BITS+1 +: AMOUNT];
    always @* if (started) begin
        assert (o_valid == valid[STAGES-1]);
        assert (!o_valid | (o[g * GRANULE +: GRANULE] == its[from * GRANULE +: GRANULE]));
        assert (!o_valid | (o[DATA_BITS] == its[DATA_BITS]));
    end
    always @* if (started) begin
        cover (o_valid & &g & (from == 2) & i_valid & (i[DATA_BITS+1 +: AMOUNT] == 1));
    end
endmodule
