// The rounding of the fp32 lane in three steps, each between two cuts, for every s, k, x and y:
//
//   x, y, s, k ──► align ──► terms ──► subtract ──► difference ──► round, pack ──► result
//                 (align32)           (subtract32)                (round32)
//
// All weights are relative to the anchor, the greatest exponent among the terms. So two pairs with
// the same distances between exponents are one case, however great or small the numbers are.

// The fields of what goes into the subtraction, and what holds for each of them.
module terms32(
    input [98:0] terms,
    output [46:0] s, output [5:0] s_shift, output sticky,
    output [23:0] y, output [5:0] y_shift, output negate_y, output one, output positive,
    output signed [9:0] anchor, output [1:0] special,
    output allowed);
    assign {special, anchor[8:0], positive, one, negate_y, y_shift, y, sticky, s_shift, s} =
        terms[97:0];
    assign anchor[9] = anchor[8];
    wire s_far = &s_shift, y_far = &y_shift;  // 63 stands for 63 and more
    wire signed [9:0] k = s_shift - anchor, y_exponent = anchor - y_shift;
    wire near = s > 47'd1 << 43;
    wire y_is = y_far | (y_exponent >= -126 & (y[23] | y_exponent == -126));
    wire s_is = s <= 47'd1 << 46 & (s_far | k >= 1 & k <= 255 & (near | k > 151));
    wire cancelled = anchor == 0 & y_shift == 0 & y == 24'd1 << 23 & ~negate_y;
    wire with_one = anchor >= 0 & (anchor == 0 | y_shift == 0) & ~cancelled & positive;
    wire without = (s_shift == 0 | y_shift == 0) & (~positive | y == 0);
    // s is exactly S u for x = 0 and x infinite alone
    wire exact = s == 0 | (s == 47'd1 << 46 & (s_far | k == 1) & ~one);
    assign allowed = anchor >= -126 & anchor <= 127 & y_is & s_is
        & (one ? with_one : without) & (sticky | exact);
endmodule

// The fields of a difference, and what holds for each of them.
module difference32(
    input [75:0] difference,
    output [61:0] magnitude, output signed [9:0] anchor, output sign, output sticky,
    output fine,   // the sticky bit counts below the guard bit, so it matters as it should
    output blunt,  // the magnitude may be 1,024 units off: no boundary is near
    output allowed);
    assign {sticky, sign, anchor[8:0], magnitude} = difference[72:0];
    assign anchor[9] = anchor[8];
    wire short = magnitude[61:60] == 1 & ~|magnitude[36:0];  // has 24 bits
    wire one = magnitude > (62'd1 << 60) - (62'd1 << 35) + 2048
             & magnitude < (62'd1 << 60) + (62'd1 << 36) - 2048;
    // 1 - y in units of 2^-72 is a multiple of 2^48 where it is below 2^-10
    wire close = anchor == -12 & (~|magnitude[47:10] & |magnitude[61:48] | &magnitude[47:10]);
    assign blunt = (short | one) & anchor >= 0 | close;
    assign fine = ~sticky | magnitude >= 62'd1 << 24 | anchor + 127 <= 37;
    wire in_range = anchor < 126 ? 1 : anchor == 126 ? magnitude <= 62'd1 << 61 : magnitude < (62'hffffff << 37) + (62'd1 << 36) - 2048;
    wire zero = sticky | |magnitude | ~sign;
    assign allowed = anchor >= -126 & anchor <= 127 & in_range & zero;
endmodule

// First step: the terms are those of s, k, x and y.
module align32(
    input [31:0] x, y, input [46:0] s, input [7:0] k, output bad);
    wire [98:0] terms;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(y),
        .s(s), .k(k), .terms(terms));
    wire [46:0] t_s; wire [5:0] s_shift, y_shift; wire sticky, negate_y, one, positive, allowed;
    wire [23:0] t_y; wire signed [9:0] anchor; wire [1:0] special;
    terms32 fields(.terms(terms), .s(t_s), .s_shift(s_shift), .sticky(sticky), .y(t_y),
        .y_shift(y_shift), .negate_y(negate_y), .one(one), .positive(positive), .anchor(anchor),
        .special(special), .allowed(allowed));

    wire [7:0] x_field = x[30:23], y_field = y[30:23];
    wire zero = ~|x[30:0], infinite = &x_field & ~|x[22:0], nan = &x_field & |x[22:0];
    wire numbers = ~nan & ~&y_field;
    wire alone = y == 32'h3f000000 & x_field < 116 & ~zero;
    // What the sweep of the stage shows of s and k (scegrad sweep fp32-stage).
    localparam [46:0] ONE = 47'd1 << 46;
    wire tail = x[30:0] >= 31'h42d00000;
    wire side = zero ? s == ONE && k == 1
              : infinite ? s == 0 && k > 151
              : tail ? s <= ONE && k > 151
              : s > ONE >> 3 && s <= ONE && k >= 1;

    // T = s - y for x <= 0, -(s + y - 1) for x > 0; 1 - y is 0 for y = 1
    wire plus = ~x[31] & ~zero;
    wire gone = plus & y == 32'h3f800000;
    wire signed [9:0] exponent = $signed({2'b0, y_field - |y_field}) - 126;
    wire signed [9:0] y_exponent = gone ? -126 : exponent;
    wire signed [9:0] s_exponent = -$signed({2'b0, k});
    wire signed [9:0] s_distance = anchor - s_exponent, y_distance = anchor - y_exponent;
    wire greatest = anchor == s_exponent | anchor == y_exponent | (one & anchor == 0);
    wire right = t_s == s & sticky == (~zero & ~infinite) & positive == plus
        & one == (plus & ~gone)
        & t_y == (gone ? 0 : {|y_field, y[22:0]}) & negate_y == (plus == y[31])
        & (one ? anchor >= 0 : anchor >= s_exponent) & greatest
        & s_shift == (s_distance > 63 ? 63 : s_distance) & s_distance >= 0
        & y_shift == (y_distance > 63 ? 63 : y_distance) & y_distance >= 0;
    assign bad = numbers & side & ~alone & ~(right & allowed & ~|special);
endmodule

// Second step: some real that the difference of the terms can be lies where magnitude and sticky
// bit say. In units of 2^(anchor - 109), sum = s +- y - 1; its sign is turned if `positive`.
module subtract32(input [98:0] terms, output bad);
    wire [75:0] difference;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .terms(terms), .difference(difference));
    wire [46:0] s; wire [5:0] s_shift, y_shift; wire tail, negate_y, one, positive, given;
    wire [23:0] y; wire signed [9:0] anchor; wire [1:0] special;
    terms32 fields(.terms(terms), .s(s), .s_shift(s_shift), .sticky(tail), .y(y),
        .y_shift(y_shift), .negate_y(negate_y), .one(one), .positive(positive), .anchor(anchor),
        .special(special), .allowed(given));
    wire [61:0] magnitude; wire signed [9:0] scale; wire sign, sticky, fine, blunt, allowed;
    difference32 due(.difference(difference), .magnitude(magnitude), .anchor(scale), .sign(sign),
        .sticky(sticky), .fine(fine), .blunt(blunt), .allowed(allowed));

    localparam W = 118;
    // Each term from least to greatest. A far one is any number in that range, the least left out;
    // s is one number of its range.
    // A label below 2^-62 beside 1 counts as the greatest of them if 17 <= k <= 25.
    wire s_far = &s_shift, nothing = ~|s & ~tail;
    wire y_far = &y_shift & ~(one & s_shift >= 17 & s_shift <= 25);
    wire one_far = one & anchor > 109;
    wire signed [W-1:0] s_low = s_far ? 0 : {71'b0, s} << (6'd63 - s_shift);
    wire signed [W-1:0] s_next = {71'b0, s} + tail;
    wire signed [W-1:0] s_high = s_far ? (nothing ? 0 : (1 << 46) + 1) : s_next << (6'd63 - s_shift);
    wire signed [W-1:0] y_size = y_far ? {71'b0, y, 23'b0} : {71'b0, y, 23'b0} << (6'd63 - y_shift);
    wire signed [W-1:0] y_least = y_far ? 0 : y_size;
    wire signed [W-1:0] y_low = negate_y ? -y_size : y_least, y_high = negate_y ? -y_least : y_size;
    wire signed [W-1:0] one_least = one & ~one_far ? 118'd1 << (109 - anchor) : 0;
    wire signed [W-1:0] one_most = one_far ? 1 : one_least;
    // of all sums of far terms: the greatest of the low ends, the least of the high ends
    wire signed [W-1:0] low = (s_far ? s_high : s_low) + y_high - one_least;
    wire signed [W-1:0] high = (s_far ? s_low : s_high) + y_low - one_most;
    wire low_open = y_far & negate_y & |y, high_open = (y_far & ~negate_y & |y) | (s_far & ~nothing);

    wire same = scale == anchor;
    wire signed [W-1:0] unit = same ? 118'd1 << 49 : 118'd1 << 37;
    wire signed [W-1:0] size = same ? {56'b0, magnitude} << 49 : {56'b0, magnitude} << 37;
    wire negative = sign ^ positive;
    wire signed [W-1:0] from = negative ? -size - unit : size, to = negative ? -size : size + unit;
    wire signed [W-1:0] here = negative ? -size : size;
    wire starts = low_open ? low <= to : low < to, ends = high_open ? from <= high : from < high;
    wire off = blunt & low <= here + 1024 * unit & here - 1024 * unit <= high;
    // -0 is for reals below 0 only
    wire side = |magnitude | ~sign | (negative ? low < 0 : high > 0);
    wire inside = sticky & fine ? starts & ends : low <= here & here <= high & side;
    assign bad = given
        & ~(allowed & (same | scale == anchor - 12) & (inside | off));
endmodule

// Third step: every real that a difference stands for rounds to the result, ties to even.
// In units of 2^(anchor - 86).
module round32(input [75:0] difference, output bad);
    wire [31:0] result;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .difference(difference),
        .gradient(result));
    wire [61:0] magnitude; wire signed [9:0] anchor; wire sign, sticky, fine, blunt, given;
    difference32 due(.difference(difference), .magnitude(magnitude), .anchor(anchor), .sign(sign),
        .sticky(sticky), .fine(fine), .blunt(blunt), .allowed(given));

    localparam W = 96;
    wire [7:0] field = result[30:23];
    wire signed [10:0] place = $signed({3'b0, field - |field}) - 63 - anchor;  // of the last bit
    wire in_reach = place >= 2 & place <= 66;
    wire [6:0] shift = place[6:0];
    wire [W-1:0] whole = {|field, result[22:0]};
    wire signed [W-1:0] size = whole << shift;
    wire signed [W-1:0] half = 96'd1 << (shift - 1);
    wire power = ~|result[22:0] & field > 1;
    wire signed [W-1:0] outer = size + half;
    wire signed [W-1:0] inner = ~|size ? 0 : power ? size - (half >>> 1) : size - half;
    wire signed [W-1:0] value = {34'b0, magnitude} << 26, unit = 96'd1 << 26;
    wire even = ~result[0];
    wire at = even ? inner <= value & value <= outer : inner < value & value < outer;
    wire every = sticky & fine ? inner <= value & value + unit <= outer : at;
    wire around = inner <= value - 1024 * unit & value + 1024 * unit <= outer;
    wire nothing = ~|magnitude & ~(sticky & fine);
    wire right = nothing ? ~|result[30:0] : in_reach & ~&field & every & (~blunt | around);
    assign bad = given & ~|difference[74:73] & ~(result[31] == sign & right);
endmodule
