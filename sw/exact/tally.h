// Results are judged in blocks, several elements at once, and then counted one by one.
#pragma once

#include "exact.h"

// The same code for several generations of processors, chosen when the library is loaded; the
// arithmetic is the same in each.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SCE_EXACT_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SCE_EXACT_CLONES
#endif
#define SCE_EXACT_INLINE inline __attribute__((always_inline))

namespace sce {

constexpr int kBlock = 1024;
constexpr uint32_t kNearest = SCE_EXACT_NEAREST, kFarther = SCE_EXACT_FARTHER,
                   kOpenHalf = SCE_EXACT_OPEN_HALF, kOpenBound = SCE_EXACT_OPEN_BOUND,
                   kWrong = SCE_EXACT_WRONG;
constexpr double kBinsPerUlp = SCE_EXACT_BINS_PER_ULP, kLastBin = SCE_EXACT_BINS - 1;

// `error` is negative if none is measured in ulp.
struct Verdict {
  double error, used;
  uint32_t kind;
};

struct Block {
  double error[kBlock], used[kBlock];
  uint32_t kind[kBlock], binade[kBlock];
};

// Adds the first `size` verdicts of a block, whose elements have the indices from `first` on.
void gather(const Block& block, uint64_t first, int size, sce_exact_tally& tally, uint8_t* kinds);

}  // namespace sce
