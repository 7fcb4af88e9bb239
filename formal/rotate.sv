// Rotate (128-bit words, granules of 2 bytes): two cycles later, granule g is granule g + amount of
// what came, and the tag is its own; nothing comes that did not.
module rotate(input clk, input rst, input i_valid, input [131:0] i);
    wire o_valid;
    wire [128:0] o;
    unit u(.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i), .o__valid(o_valid),
        .o__payload(o));
    `include "reset.svh"
    reg valid_1, valid_2;
    reg [131:0] i_1, i_2;
    always @(posedge clk) begin
        valid_1 <= i_valid & !rst; valid_2 <= valid_1 & !rst; i_1 <= i; i_2 <= i_1;
    end
    (* anyconst *) wire [2:0] g;
    wire [2:0] from = g + i_2[131:129];
    always @* if (started) begin
        assert (o_valid == valid_2);
        assert (!o_valid | (o[{g, 4'b0} +: 16] == i_2[{from, 4'b0} +: 16]));
        assert (!o_valid | (o[128] == i_2[128]));
    end
    always @* if (started) begin
        cover (o_valid & (g == 7) & (from == 2) & i_valid & (i[131:129] == 1));
    end
endmodule
