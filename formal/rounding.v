// Is a lane's result what the exact difference rounds to? Nothing here normalises or rounds, so that
// it shares no step with the design: the midpoints beside the result are compared with
//
//     T(S) = S u - y   for x <= 0,      T(S) = 1 - S u - y   for x > 0,      u = 2^-(S_FRACTION + k)
//
// The exact difference t lies between T(S) and T(S + 1); for x = 0 and infinite x it is T(S).
// Where the label is 1/2 and S u stands for |sigmoid(x) - 1/2| itself (`alone`), T(S) is S u with the
// sign of x.
// All numbers are integers in units of 2^-UNIT, wide enough to be exact.
module rounding #(
    parameter WIDTH = 16,       // of an encoding
    parameter FRACTION = 10,    // fraction bits of an encoding
    parameter S_BITS = 25,
    parameter S_FRACTION = 25,
    parameter K_BITS = 1,       // k is 0 where a lane has none
    parameter UNIT = 25
) (
    input [WIDTH-1:0] x, y, result,
    input [S_BITS-1:0] s,
    input [K_BITS-1:0] k,
    input alone,
    output numbers,  // x is no NaN, y is finite: every and some mean something
    output exact,    // t is T(S) itself
    output every,    // every real t strictly between T(S) and T(S + 1) rounds to the result
    output some,     // some real t from T(S) to T(S + 1) rounds to the result
    output special   // NaN and infinite labels have the results of the contract; true for others
);
    localparam EXPONENT = WIDTH - 1 - FRACTION;
    localparam BIAS = (1 << (EXPONENT - 1)) - 1;
    localparam LOWEST = UNIT - (BIAS - 1 + FRACTION);  // the smallest subnormal is 2^LOWEST units
    localparam W = UNIT + BIAS + 4;

    wire x_sign = x[WIDTH-1], y_sign = y[WIDTH-1], sign = result[WIDTH-1];
    wire [EXPONENT-1:0] x_field = x[WIDTH-2:FRACTION], y_field = y[WIDTH-2:FRACTION];
    wire [EXPONENT-1:0] field = result[WIDTH-2:FRACTION];
    wire x_special = &x_field, y_special = &y_field;
    wire x_nan = x_special & |x[FRACTION-1:0], y_nan = y_special & |y[FRACTION-1:0];
    wire x_zero = ~|x[WIDTH-2:0];
    wire positive = ~x_sign & ~x_zero;

    // encodings as integers
    wire [W-1:0] y_whole = {|y_field, y[FRACTION-1:0]};
    wire [W-1:0] whole = {|field, result[FRACTION-1:0]};
    wire [EXPONENT-1:0] y_shift = y_field - |y_field, shift = field - |field;
    wire signed [W-1:0] y_size = (y_whole << y_shift) << LOWEST;
    wire signed [W-1:0] size = (whole << shift) << LOWEST;
    wire signed [W-1:0] y_value = y_sign ? -y_size : y_size;

    // the ends of t
    wire [W-1:0] s_whole = s;
    wire signed [W-1:0] unit = {{(W-1){1'b0}}, 1'b1} << (UNIT - S_FRACTION - k);
    wire signed [W-1:0] s_value = s_whole << (UNIT - S_FRACTION - k);
    wire signed [W-1:0] one = {{(W-1){1'b0}}, 1'b1} << UNIT;
    wire signed [W-1:0] above_y = positive ? one - s_value : s_value;
    wire signed [W-1:0] here = alone ? (x_sign ? -s_value : s_value) : above_y - y_value;
    wire down = alone ? x_sign : positive;
    wire signed [W-1:0] there = down ? here - unit : here + unit;
    assign exact = x_zero | x_special;
    wire signed [W-1:0] low = exact | ~down ? here : there;
    wire signed [W-1:0] high = exact | down ? here : there;

    // the reals that round to the result: from -> to, a zero's on its own side of 0
    wire signed [W-1:0] half = {{(W-1){1'b0}}, 1'b1} << (shift + LOWEST - 1);
    wire power = ~|result[FRACTION-1:0] & |shift;
    wire signed [W-1:0] outer = size + half;
    wire signed [W-1:0] inner = ~|size ? 0 : power ? size - (half >>> 1) : size - half;
    wire signed [W-1:0] from = sign ? -outer : inner;
    wire signed [W-1:0] to = sign ? -inner : outer;
    wire even = ~result[0];
    wire minus_zero = sign & ~|size;
    // is the end itself in? A zero's inner end is 0, which only +0 has.
    wire from_in = even;
    wire to_in = even & ~minus_zero;

    wire finite = ~&field;
    wire above = from_in ? from <= high : from < high;
    wire below = to_in ? low <= to : low < to;
    assign numbers = ~x_nan & ~y_special;
    assign some = finite & above & below;
    assign every = exact ? some : finite & from <= low & high <= to;
    wire [WIDTH-2:0] infinity = {{EXPONENT{1'b1}}, {FRACTION{1'b0}}};
    wire [WIDTH-2:0] nan = {{(EXPONENT+1){1'b1}}, {(FRACTION-1){1'b0}}};
    assign special = x_nan | y_nan ? result == {1'b0, nan}
                   : y_special ? result == {~y_sign, infinity} : 1'b1;
endmodule
