// fp32: sigmoid(-|x|) in float64 with a relative error below 2^-50, and sums of three float32
// without loss.
//
// z = |x|, i = the integer next to 128 z, r = i/128 - z (exact, |r| <= 2^-8), exp(-z) = exp(-i/128)
// * (1 + w), w = exp(r) - 1 by Taylor's polynomial of degree 5. Rounding of the table's entry, of
// the sum, of 1 + e and of the quotient: 2^-53 each; the polynomial: r^6/720 < 2^-57 and a few
// times 2^-61. Together below 2^-50.8. No library function is called, and contraction is off, so
// every machine gets the same bits.
#include <cstring>

#include "tally.h"

namespace sce {
namespace {

constexpr uint32_t kLargest =
    0x43480000;  // 200.0: beyond it sigmoid(-|x|) < 2^-288, and only that it is not 0 counts
// A copy of the bounds of model/bounds.py, because this side shares nothing with the model. A test
// compares the two.
constexpr double kAllowance = 0x1p-40;
constexpr double kHalfUlpLimit = 0.51;  // of an error with a label of 1/2
constexpr double kHalfSlack = 0x1p-20;  // of such an error, in ulp
constexpr double kTiny = 0x1p-30;  // below it, sigmoid(|x|) - 1/2 is |x|/4 less a negligible term
constexpr double kSlack =
    0x1p-25;  // of an error in ulp, for labels 0 and 1: 2^-50 of s, which is at most 2^24 ulp
constexpr double kSmallSlack = 0x1p-48;  // of an error, relative to s

constexpr uint32_t kSign = 0x80000000u, kInfinity = 0x7F800000u, kNan = 0x7FC00000u,
                   kOne = 0x3F800000u, kHalf = 0x3F000000u;

SCE_EXACT_INLINE double value_of(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

SCE_EXACT_INLINE uint64_t bits_of(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

SCE_EXACT_INLINE double from_bits(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// sigmoid(-|x|), for a logit taken as at most kLargest (NaNs and infinities too).
SCE_EXACT_INLINE double small_sigmoid(uint32_t logit, const double* exps) {
  const uint32_t magnitude = logit & ~kSign;
  const double z = value_of(magnitude < kLargest ? magnitude : kLargest);
  const int i = static_cast<int>(z * 128 + 0.5);
  const double r = i * (1.0 / 128) - z;
  const double w = r + r * r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120))));
  const double e = exps[i] + exps[i] * w;
  return e / (1 + e);
}

// The spacing of float32 numbers at `value`, which is normal in float64 or 0; at least that of the
// subnormals.
SCE_EXACT_INLINE double ulp_of(double value) {
  const int64_t exponent = static_cast<int64_t>(bits_of(value) >> 52 & 0x7FF) - 23;
  constexpr int64_t kLeast = 1023 - 149;
  return from_bits(static_cast<uint64_t>(exponent > kLeast ? exponent : kLeast) << 52);
}

SCE_EXACT_INLINE double size_of(double value) { return value < 0 ? -value : value; }

// A sum and what its rounding lost (Knuth).
struct Sum {
  double high, low;
};

SCE_EXACT_INLINE Sum add(double a, double b) {
  const double total = a + b, rest = total - a;
  return {total, (a - (total - rest)) + (b - rest)};
}

// A result for a label of 1/2 and a finite logit. The exact one is x/4 - x^3/48 + ..., of the sign
// of x: below |x| = 1/8 five terms of the series, which leave out less than 2^-46 of it; above, 1/2
// - s to 2^-52, at most 2^-23 ulp. If x/4 is a tie between two subnormals, the rest of the series
// breaks it towards zero.
SCE_EXACT_INLINE Verdict judge_half(uint32_t result, uint32_t logit, double s) {
  const uint32_t magnitude = logit & ~kSign;
  const double z = value_of(magnitude < kLargest ? magnitude : kLargest), q = z * z;
  const double series =
      0.25 * z * (1 - q * (1.0 / 12 - q * (1.0 / 120 - q * (17.0 / 20160 - q * (31.0 / 362880)))));
  const double exact = z < 0.125 ? series : 0.5 - s;
  const bool regular = (result & ~kSign) < kInfinity;
  const double gap = value_of(regular ? result ^ (logit & kSign) : 0) - exact;
  const double error = size_of(gap) / ulp_of(exact * (1 - 0x1p-45));
  const bool sign_wrong = magnitude ? ((result ^ logit) & kSign) != 0 : result != 0;
  const bool tiny = z < kTiny, tie = tiny & (error == 0.5);
  const bool farther = tie ? gap > 0 : error > 0.5 + (tiny ? 0 : kHalfSlack);
  const bool open_half = !tiny & !farther & (error > 0.5 - kHalfSlack);
  const bool outside = error > kHalfUlpLimit + kHalfSlack,
             open_bound = error > kHalfUlpLimit - kHalfSlack;
  const uint32_t kind = farther ? kFarther : open_half ? kOpenHalf : kNearest;
  return {error, 0, sign_wrong | outside ? kWrong : open_bound ? kOpenBound : kind};
}

// No branches, so that the compiler handles several elements at once.
SCE_EXACT_INLINE Verdict judge(uint32_t result, uint32_t logit, uint32_t label, double s) {
  const uint32_t magnitude = logit & ~kSign, label_magnitude = label & ~kSign,
                 result_magnitude = result & ~kSign;
  const bool nan = (magnitude > kInfinity) | (label_magnitude > kInfinity);
  const bool special = nan | (label_magnitude == kInfinity);
  const bool regular = !special & (result_magnitude < kInfinity);
  const bool positive = (magnitude != 0) & (logit == magnitude);
  const bool hard = (label_magnitude == 0) | (label == kOne), half = label == kHalf;

  const double y = value_of(regular ? label : 0), r = value_of(regular ? result : 0);
  const double one = positive ? 1.0 : 0.0, toward = positive ? s : -s;  // sigmoid(x) = one - toward

  // result - exact = (r + y - one) + toward = high + (low + toward); low is inexact only if both
  // sums lose something.
  const Sum first = add(r, y), second = add(first.high, -one);
  const double high = second.high, low = first.low + second.low;
  const double gap = high + (low + toward), side = gap < 0 ? -1.0 : 1.0;

  // Half an ulp of the result less |gap|: without loss, until the small terms meet.
  const double ulp = ulp_of(r);
  const Sum left = add(ulp * 0.5, -side * high);
  const double within_half = left.high + (left.low - side * (low + toward));
  const double margin = left.high + (left.low - side * (low + toward) + kAllowance * s);
  const double doubt = kSmallSlack * s + 0x1p-50 * (size_of(low) + size_of(left.low));

  const double exact = (one - y) - toward;
  // Next to a power of two, the smaller ulp decides whether MPFR is asked.
  const double error = size_of(gap) / ulp_of(exact * (1 - 0x1p-48));
  const double beyond = -within_half / (kAllowance * s),
               used = hard | half | (beyond < 0) ? 0.0 : beyond;

  // The contract requires a zero's sign only if the exact value is farther from zero than the
  // allowance.
  const bool infinite = magnitude == kInfinity;
  const bool sign_differs = (result_magnitude == 0) & ((result != 0) != (exact < 0)) & !infinite;
  const bool sign_wrong = sign_differs & ((size_of(exact) > 2 * kAllowance * s) | (magnitude == 0));
  const bool sign_open = sign_differs & (size_of(exact) > 0.5 * kAllowance * s);
  const bool farther = hard ? error > 0.5 + kSlack : within_half < -doubt;
  const bool open_half = hard & !farther & (error > 0.5 - kSlack);
  const bool outside = (hard ? farther : margin < -doubt) & !infinite;
  const bool open_bound = (!hard & (margin <= doubt)) | sign_open | infinite;
  uint32_t kind = farther ? kFarther : open_half ? kOpenHalf : kNearest;
  kind = sign_wrong | outside ? kWrong : open_bound ? kOpenBound : kind;
  const Verdict at_half = judge_half(result, logit, s);
  kind = half & !infinite ? at_half.kind : kind;
  kind = regular ? kind : (special & (result == (nan ? kNan : label ^ kSign))) ? kNearest : kWrong;
  return {(hard | half) & regular ? (half ? at_half.error : error) : -1.0, regular ? used : 0.0,
          kind};
}

}  // namespace
}  // namespace sce

SCE_EXACT_CLONES void sce_exact_fp32(const uint32_t* __restrict results,
                                     const uint32_t* __restrict logits,
                                     const uint32_t* __restrict labels, uint64_t count,
                                     const double* __restrict exps, sce_exact_tally* tally,
                                     uint8_t* kinds) {
  sce::Block block;
  double s[sce::kBlock];
  for (uint64_t first = 0; first < count; first += sce::kBlock) {
    const int size = static_cast<int>(count - first < sce::kBlock ? count - first : sce::kBlock);
    for (int i = 0; i < size; ++i) s[i] = sce::small_sigmoid(logits[first + i], exps);
    for (int i = 0; i < size; ++i) {
      const sce::Verdict verdict =
          sce::judge(results[first + i], logits[first + i], labels[first + i], s[i]);
      block.error[i] = verdict.error;
      block.used[i] = verdict.used;
      block.kind[i] = verdict.kind;
      block.binade[i] = logits[first + i] >> 23;
    }
    sce::gather(block, first, size, *tally, kinds);
  }
}

SCE_EXACT_CLONES void sce_exact_sigmoid(const uint32_t* __restrict logits, uint64_t count,
                                        const double* __restrict exps,
                                        double* __restrict sigmoids) {
  for (uint64_t i = 0; i < count; ++i) {
    const double s = sce::small_sigmoid(logits[i], exps);
    sigmoids[i] = logits[i] & sce::kSign ? s : 1 - s;
  }
}
