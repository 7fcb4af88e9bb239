// The fp32 lane behind the cuts at s and k: does some real from T(S) to T(S + 1) round to the result?
module lane32(
    input [31:0] x, input [31:0] y, input [40:0] s, input [7:0] k, output bad, output bad_special);
    wire [31:0] result;
    wire numbers, exact, every, some, special;
    scegrad_lane lane(
        .clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(y), .gradient(result),
        .s(s), .k(k));
    // The lane puts 0 in the place of s for an infinite x, behind the cut.
    wire [40:0] used = &x[30:23] ? 41'b0 : s;
    rounding #(.WIDTH(32), .FRACTION(23), .S_BITS(41), .S_FRACTION(40), .K_BITS(8), .UNIT(296))
        rounding(
        .x(x), .y(y), .result(result), .s(used), .k(k),
        .numbers(numbers), .exact(exact), .every(every), .some(some), .special(special));
    // What the sweep over all x shows of s and k.
    wire zero = ~|x[30:0], infinite = &x[30:23];
    localparam QUARTER = 41'h4000000000, HALF = 41'h8000000000, ONE = 41'h10000000000;
    wire side = zero ? s == HALF && k == 0
              : infinite ? &k
              : s >= QUARTER && s <= (k == 0 ? HALF : ONE);
    assign bad = numbers & side & ~some;
    assign bad_special = ~special;
endmodule
