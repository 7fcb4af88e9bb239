#include <cmath>

#include "tally.h"

int sce_exact_tally_bytes(void) { return sizeof(sce_exact_tally); }

namespace sce {

// Bins are closed on the right, so that a tie, half an ulp exactly, lies in the last bin of right
// rounding.
static int bin_of(double error) {
  const double last = std::ceil(error * kBinsPerUlp) - 1;
  return static_cast<int>(last < 0 ? 0 : last < kLastBin ? last : kLastBin);
}

void gather(const Block& block, uint64_t first, int size, sce_exact_tally& tally, uint8_t* kinds) {
  for (int i = 0; i < size; ++i) {
    const uint32_t binade = block.binade[i];
    const double error = block.error[i];
    kinds[first + i] = static_cast<uint8_t>(block.kind[i]);
    ++tally.kinds[block.kind[i]];
    ++tally.count[binade];
    if (error >= 0) ++tally.histogram[binade][bin_of(error)];
    if (error > tally.error[binade]) {
      tally.error[binade] = error;
      tally.error_at[binade] = first + i;
    }
    if (block.used[i] > tally.used[binade]) {
      tally.used[binade] = block.used[i];
      tally.used_at[binade] = first + i;
    }
  }
}

}  // namespace sce
