// The fp32 lane behind the cuts at s and k: does some real from T(S) to T(S + 1) round to the result?
module lane32 #(
    parameter S_FRACTION = 46, parameter K_BITS = 8, parameter HALF_BELOW = 116
) (
    input [31:0] x, input [31:0] y, input [S_FRACTION:0] s, input [K_BITS-1:0] k,
    output bad, output bad_alone, output bad_special);
    wire [31:0] result;
    wire numbers, exact, every, some, special;
    scegrad_lane lane(
        .clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(y), .gradient(result),
        .s(s), .k(k));
    wire [7:0] field = x[30:23];
    wire zero = ~|x[30:0], infinite = &field;
    // A label of 1/2 and a small logit: |x|/4 less something below its last bit stands for s.
    wire alone = y == 32'h3f000000 & field < HALF_BELOW & ~zero;
    rounding #(.WIDTH(32), .FRACTION(23), .S_BITS(S_FRACTION + 1), .S_FRACTION(S_FRACTION),
        .K_BITS(K_BITS), .UNIT(S_FRACTION + (1 << K_BITS))) rounding(
        .x(x), .y(y), .result(result), .s(s), .k(k), .alone(alone),
        .numbers(numbers), .exact(exact), .every(every), .some(some), .special(special));

    // What the sweep of the stage over all logits shows of s and k (scegrad sweep fp32-stage).
    localparam [S_FRACTION:0] ONE = {1'b1, {S_FRACTION{1'b0}}};
    wire tail = x[30:0] >= 31'h42d00000;  // |x| >= 104: all that counts is that s is small
    wire side = zero ? s == ONE && k == 1
              : infinite ? s == 0 && k > 151
              : tail ? s <= ONE && k > 151
              : s > ONE >> 3 && s <= ONE && k >= 1;
    wire [7:0] exponent = field - |field;  // counts from that of the subnormals
    wire [23:0] significand = {|field, x[22:0]};
    wire side_alone = s == {significand, {(S_FRACTION - 24){1'b0}}} - 1 && k == 127 - exponent;
    assign bad = numbers & side & ~alone & ~some;
    assign bad_alone = side_alone & alone & ~some;
    assign bad_special = ~special;
endmodule
