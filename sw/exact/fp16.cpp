// fp16, as in model/exact_fp16.py, whose table it gets (`places`): integers alone. Labels, and
// 1 - y, are multiples of 2^-24, boundaries between rounded results multiples of 2^-25. In units of
// 2^-26, with an odd number for every s between two multiples of 2^-25, sigmoid(x) - y becomes an
// integer below 2^43 that lies among the boundaries as the exact value does.
#include <bit>

#include "tally.h"

namespace sce {
namespace {

constexpr uint32_t kSign = 0x8000, kInfinity = 0x7C00, kNan = 0x7E00;
constexpr int kUnit = 26, kPrecision = 11;

// A finite number in units of 2^-24.
SCE_EXACT_INLINE int64_t units_of(uint32_t bits) {
  const uint32_t exponent = bits >> 10 & 31, fraction = bits & 0x3FF;
  const int64_t magnitude =
      exponent ? static_cast<int64_t>(fraction | 0x400) << (exponent - 1) : fraction;
  return bits & kSign ? -magnitude : magnitude;
}

// Rounded to nearest, ties to even; `shift` is the weight of the result's last bit, in units of
// 2^-26.
SCE_EXACT_INLINE uint32_t round(int64_t place, int& shift) {
  const uint64_t magnitude = place < 0 ? -place : place;
  const int length = 64 - std::countl_zero(magnitude);
  shift = length - kPrecision > 2 ? length - kPrecision : 2;
  const uint64_t kept = magnitude >> shift, rest = magnitude - (kept << shift),
                 half = uint64_t{1} << (shift - 1);
  const uint64_t up = (rest > half) | ((rest == half) & (kept & 1));
  // The exponent field of a subnormal is 0, as is the one below the hidden bit of the least normal
  // binade; a carry goes up by itself.
  return static_cast<uint32_t>((static_cast<uint64_t>(shift - 2) << 10) + kept + up) |
         (place < 0 ? kSign : 0);
}

SCE_EXACT_INLINE Verdict judge(uint32_t result, uint32_t logit, uint32_t label,
                               const int32_t* places, const double* smalls) {
  const uint32_t magnitude = logit & ~kSign, label_magnitude = label & ~kSign;
  const bool nan = magnitude > kInfinity || label_magnitude > kInfinity;
  if (nan || label_magnitude == kInfinity) {
    const bool demanded = result == (nan ? kNan : label ^ kSign);
    return {-1, 0, demanded ? kNearest : kWrong};
  }
  const bool positive = magnitude != 0 && logit == magnitude;
  const int64_t one = positive ? int64_t{1} << kUnit : 0, y = units_of(label);
  const int64_t place = (positive ? one - places[magnitude] : places[magnitude]) - 4 * y;
  int shift;
  const uint32_t nearest = round(place, shift);
  if ((result & ~kSign) >= kInfinity) return {-1, 0, kWrong};
  const double gap = static_cast<double>(4 * (units_of(result) + y) - one) * 0x1p-26;
  const double error = gap + (positive ? smalls[magnitude] : -smalls[magnitude]);
  const double ulp = static_cast<double>(uint64_t{1} << shift) * 0x1p-26;
  return {(error < 0 ? -error : error) / ulp, 0, result == nearest ? kNearest : kWrong};
}

}  // namespace
}  // namespace sce

void sce_exact_fp16(const uint16_t* results, const uint16_t* logits, const uint16_t* labels,
                    uint64_t count, const int32_t* places, const double* smalls,
                    sce_exact_tally* tally, uint8_t* kinds) {
  sce::Block block;
  for (uint64_t first = 0; first < count; first += sce::kBlock) {
    const int size = static_cast<int>(count - first < sce::kBlock ? count - first : sce::kBlock);
    for (int i = 0; i < size; ++i) {
      const sce::Verdict verdict =
          sce::judge(results[first + i], logits[first + i], labels[first + i], places, smalls);
      block.error[i] = verdict.error;
      block.used[i] = verdict.used;
      block.kind[i] = verdict.kind;
      block.binade[i] = logits[first + i] >> 10;
    }
    sce::gather(block, first, size, *tally, kinds);
  }
}
