// The rounding of the fp32 lane in four steps, each between two cuts, for every s, k, x and y:
//
//   x, y, s, k ──► align ──► terms ──► shift ──► aligned ──► sum ──► difference ──► round ──► result
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
    // within a unit of a number of 24 bits
    wire short = magnitude[61:60] == 1 & (~|magnitude[36:0] | &magnitude[36:0]);
    wire one = magnitude > (62'd1 << 60) - (62'd1 << 35) + 2048
             & magnitude < (62'd1 << 60) + (62'd1 << 36) - 2048;
    // 1 - y in units of 2^-72 is a multiple of 2^48 where it is below 2^-10
    wire close = anchor == -12 & (~|magnitude[47:10] & |magnitude[61:48] | &magnitude[47:10]);
    assign blunt = (short | one) & anchor >= 0 | close;
    assign fine = ~sticky | magnitude >= 62'd1 << 24 | anchor + 127 <= 37;
    localparam [61:0] HALF_BELOW_24_BITS = (62'hffffff << 37) + (62'd1 << 36) - 2048;
    wire in_range = anchor < 126 ? 1
                  : anchor == 126 ? magnitude <= 62'd1 << 61
                                  : magnitude < HALF_BELOW_24_BITS;
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

// What the aligned s and y tell of the terms; they are whole numbers of units, 2^(anchor - 72).
module aligned32(
    input [98:0] terms, input [72:0] s_near, y_near, input s_lost, y_lost, output allowed);
    wire [46:0] s; wire [5:0] s_shift, y_shift; wire sticky; wire [23:0] y;
    wire one; wire signed [9:0] anchor;
    terms32 fields(.terms(terms), .s(s), .s_shift(s_shift), .sticky(sticky), .y(y),
        .y_shift(y_shift), .one(one), .anchor(anchor));
    wire [73:0] s_most = 74'd1 << 72 >> s_shift, s_least = s > 47'd1 << 43 ? s_most >> 3 : 0;
    wire [73:0] y_above = 74'd1 << 73 >> y_shift, y_least = y[23] ? y_above >> 1 : 0;
    wire s_size = s_least <= s_near & s_near <= s_most & (s_shift > 26 | ~s_lost);
    wire y_size = y_least <= y_near & y_near < y_above & (y_shift > 49 | ~y_lost);
    wire s_whole = ~|(s_near & {26{1'b1}} >> s_shift), y_whole = ~|(y_near & {49{1'b1}} >> y_shift);
    wire zeros = ~|s == (~|s_near & ~s_lost) & ~|y == (~|y_near & ~y_lost);
    wire y_same = |y_shift | y_near == {y, 49'b0};
    assign allowed = s_size & y_size & s_whole & y_whole & zeros & y_same;
endmodule

// Second step: s and y are shifted to the weight of the anchor; what is lost is told.
module shift32(
    input [31:0] x, label, input [98:0] terms, output bad);
    wire [72:0] s_near, y_near; wire s_lost, y_lost;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(label),
        .terms(terms), .s_near(s_near), .y_near(y_near), .s_lost(s_lost), .y_lost(y_lost));
    wire [46:0] s; wire [5:0] s_shift, y_shift; wire [23:0] y; wire given, allowed;
    terms32 fields(.terms(terms), .s(s), .s_shift(s_shift), .y(y), .y_shift(y_shift),
        .allowed(given));
    aligned32 due(.terms(terms), .s_near(s_near), .y_near(y_near), .s_lost(s_lost),
        .y_lost(y_lost), .allowed(allowed));
    wire [135:0] s_exact = {s, 89'b0} >> s_shift, y_exact = {y, 112'b0} >> y_shift;
    wire right = s_near == s_exact[135:63] & s_lost == |s_exact[62:0]
        & y_near == y_exact[135:63] & y_lost == |y_exact[62:0];
    assign bad = given & ~(right & allowed);
endmodule

// Third step: some real that the difference of the terms can be lies where magnitude and sticky
// bit say. In units of 2^(anchor - 72), sum = s +- y - 1; its sign is turned if `positive`.
module sum32(
    input [31:0] x, label, input [98:0] terms, input [72:0] s_near, y_near, input s_lost, y_lost,
    output bad);
    wire [75:0] difference;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(label),
        .terms(terms), .s_near(s_near), .y_near(y_near), .s_lost(s_lost), .y_lost(y_lost),
        .difference(difference));
    wire [46:0] s; wire [5:0] s_shift, y_shift; wire tail, negate_y, one, positive;
    wire [23:0] y; wire signed [9:0] anchor; wire [1:0] special; wire given, aligned;
    terms32 fields(.terms(terms), .s(s), .s_shift(s_shift), .sticky(tail), .y(y),
        .y_shift(y_shift), .negate_y(negate_y), .one(one), .positive(positive), .anchor(anchor),
        .special(special), .allowed(given));
    aligned32 facts(.terms(terms), .s_near(s_near), .y_near(y_near), .s_lost(s_lost),
        .y_lost(y_lost), .allowed(aligned));
    wire [61:0] magnitude; wire signed [9:0] scale; wire sign, sticky, fine, blunt, allowed;
    difference32 due(.difference(difference), .magnitude(magnitude), .anchor(scale), .sign(sign),
        .sticky(sticky), .fine(fine), .blunt(blunt), .allowed(allowed));

    localparam W = 78;
    // Each term may be any number of a range, s of a range of S to S + 1. `most_low` is the
    // greatest of all low ends of the sum, `least_high` the least of all high ends. An open end
    // is not reached itself.
    // A label below 2^-62 beside 1 counts as one of 2^-63 and more if 17 <= k <= 25.
    wire s_far = &s_shift, nothing = ~|s & ~tail;
    wire y_far = &y_shift & ~(one & s_shift >= 17 & s_shift <= 25);
    wire one_far = one & anchor > 72;
    wire signed [W-1:0] s_least = {5'b0, s_near}, y_whole = {5'b0, y_near};
    wire [26:0] s_unit = 27'd1 << 26 >> s_shift;
    wire signed [W-1:0] s_low = s_far ? (nothing ? 0 : 513) : s_least + s_lost;
    wire signed [W-1:0] s_high = s_far ? 0 : s_least + (tail ? s_unit : 0);
    wire s_open = s_lost | tail & ~|s_unit;
    wire s_low_open = ~s_far & s_lost, s_high_open = s_far ? ~nothing : s_open;
    wire signed [W-1:0] y_least = y_far ? 0 : y_whole, y_most = y_whole + y_lost;
    wire y_least_open = y_far ? |y : y_lost, y_most_open = y_lost;
    wire signed [W-1:0] one_least = one & ~one_far ? 78'd1 << (72 - anchor) : 0;
    wire signed [W-1:0] one_most = one_far ? 1 : one_least;
    wire signed [W-1:0] most_low = s_low + (negate_y ? -y_least : y_most) - one_least;
    wire signed [W-1:0] least_high = s_high + (negate_y ? -y_most : y_least) - one_most;
    wire low_open = s_low_open | (negate_y ? y_least_open : y_most_open) | one_far;
    wire high_open = s_high_open | (negate_y ? y_most_open : y_least_open) | one_far;

    wire same = scale == anchor;
    wire signed [W-1:0] unit = same ? 78'd1 << 12 : 78'd1;
    wire signed [W-1:0] size = same ? {4'b0, magnitude, 12'b0} : {16'b0, magnitude};
    wire negative = sign ^ positive;
    wire signed [W-1:0] from = negative ? -size - unit : size, to = negative ? -size : size + unit;
    wire signed [W-1:0] here = negative ? -size : size;
    wire starts = low_open ? most_low <= to : most_low < to;
    wire ends = high_open ? from <= least_high : from < least_high;
    wire signed [W-1:0] slack = same ? 78'd1 << 22 : 78'd1 << 10;
    wire off = blunt & most_low <= here + slack & here - slack <= least_high;
    // -0 is for reals below 0 only
    wire side = |magnitude | ~sign | (negative ? most_low < 0 | low_open & ~|most_low
                                         : least_high > 0 | high_open & ~|least_high);
    wire inside = sticky & fine ? starts & ends : most_low <= here & here <= least_high & side;
    assign bad = given & aligned & ~(allowed & difference[75:73] == terms[98:96]
        & (same | scale == anchor - 12) & (inside | off));
endmodule

// Fourth step: every real that a difference stands for rounds to the result, ties to even.
// In units of 2^(anchor - 86).
module round32(input [31:0] x, label, input [75:0] difference, output bad);
    wire [31:0] result;
    scegrad_lane lane(.clk(1'b0), .rst(1'b0), .valid(1'b1), .logit(x), .label(label),
        .difference(difference), .gradient(result));
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
