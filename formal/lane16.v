// The fp16 lane behind the cut at s: is every result correctly rounded, if s is floor(2^25 sigmoid(-|x|))?
module lane16(input [15:0] x, input [15:0] y, input [24:0] s, output bad, output bad_special);
    wire [15:0] result;
    wire numbers, exact, every, some, special;
    scegrad_lane lane(
        .clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(y), .gradient(result), .s(s));
    rounding #(.WIDTH(16), .FRACTION(10), .S_BITS(25), .S_FRACTION(25), .UNIT(25)) rounding(
        .x(x), .y(y), .result(result), .s(s), .k(1'b0), .alone(1'b0),
        .numbers(numbers), .exact(exact), .every(every), .some(some), .special(special));
    // What is shown of s apart, by looking at all x: s is 1/2 for 0, 0 for infinity, else below 1/2.
    wire side = exact ? s == {~|x[14:0], 24'b0} : ~s[24];
    assign bad = numbers & side & ~every;
    assign bad_special = ~special;
endmodule
