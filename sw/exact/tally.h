// Results are judged in blocks, several elements at once, and then counted one by one.
#pragma once

#include "exact.h"

// The same code for several generations of processors, chosen when the library is loaded; the
// arithmetic is the same in each.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SCEEXACT_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SCEEXACT_CLONES
#endif
#define SCEEXACT_INLINE inline __attribute__((always_inline))

namespace sce {

constexpr int kBlock = 1024;
constexpr uint32_t kNearest = SCEEXACT_NEAREST, kFarther = SCEEXACT_FARTHER,
                   kOpenHalf = SCEEXACT_OPEN_HALF, kOpenBound = SCEEXACT_OPEN_BOUND,
                   kWrong = SCEEXACT_WRONG;
constexpr double kBinsPerUlp = SCEEXACT_BINS_PER_ULP, kLastBin = SCEEXACT_BINS - 1;

// `error` is negative where none is measured in ulp.
struct Verdict {
  double error, used;
  uint32_t kind;
};

struct Block {
  double error[kBlock], used[kBlock];
  uint32_t kind[kBlock], binade[kBlock];
};

// Adds the first `size` verdicts of a block, whose elements have the indices from `first` on.
void gather(const Block& block, uint64_t first, int size, sceexact_tally& tally, uint8_t* kinds);

}  // namespace sce
