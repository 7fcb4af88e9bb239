// Two copies of Fifo (2 bits, 4 words), from any two states before a reset, with the same words at
// the same time: they offer the same words at the same time. A word that is not valid may differ.
// See src/scegrad/signoff/reset.py.
module reset_fifo(input clk, input rst, input i_valid, input [1:0] i, input [1:0] other,
    input ready);
    wire valid, freed, valid_v, freed_v;
    wire [1:0] o, o_v;
    unit u(.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i),
        .o__valid(valid), .o__ready(ready), .o__payload(o), .freed(freed));
    // The name makes its registers start with any value as well.
    unit \u.v (.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i_valid ? i : other),
        .o__valid(valid_v), .o__ready(ready), .o__payload(o_v), .freed(freed_v));

    // The first cycle is a reset, and any later one may be.
    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* assume (started | rst);
    reg [2:0] room;  // as in fifo.sv
    always @(posedge clk) room <= rst ? 4 : room - i_valid + freed;
    always @* assume (!i_valid | (!rst & (room != 0)));

    always @* if (started) begin
        assert (valid == valid_v);
        assert (freed == freed_v);
        assert (!valid | (o == o_v));
    end
    always @* if (started) begin
        cover (valid & !ready & (room == 0));
        cover (!valid & (o != o_v));
    end
endmodule
