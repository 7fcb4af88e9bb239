#include "lane.h"

#include <new>

#include "Vtop.h"
#include "design.h"
#include "verilated.h"

namespace {

constexpr uint64_t kDrain = 1000;  // cycles after the last pair in which its result must come

#if SCE_LANE_BITS == 16
using Element = uint16_t;
#else
using Element = uint32_t;
#endif

}  // namespace

struct sce_lane {
  VerilatedContext context;
  Vtop top{&context};

  void clock() {
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
  }
};

const char* sce_lane_rtl(void) { return SCE_LANE_RTL; }

int sce_lane_bits(void) { return SCE_LANE_BITS; }

sce_lane* sce_lane_create(void) {
  sce_lane* lane = new (std::nothrow) sce_lane;
  if (!lane) return nullptr;
  lane->top.clk = 0;
  lane->top.valid = 0;
  lane->top.rst = 1;
  lane->top.eval();
  for (int i = 0; i < 4; ++i) lane->clock();
  lane->top.rst = 0;
  return lane;
}

void sce_lane_free(sce_lane* lane) { delete lane; }

uint64_t sce_lane_run(sce_lane* lane, const void* logits, const void* labels, void* results,
                      uint64_t count) {
  const auto* x = static_cast<const Element*>(logits);
  const auto* y = static_cast<const Element*>(labels);
  auto* result = static_cast<Element*>(results);
  Vtop& top = lane->top;
  uint64_t cycle = 0, done = 0, first = 0;
  for (; done < count && cycle < count + kDrain; ++cycle) {
    top.valid = cycle < count;
    top.logit = cycle < count ? x[cycle] : 0;
    top.label = cycle < count ? y[cycle] : 0;
    lane->clock();
    if (!top.done) continue;
    if (!done) first = cycle;
    result[done++] = top.gradient;
  }
  const bool complete = done == count && cycle == first + count;
  top.valid = 0;
  lane->clock();
  return complete && !top.done ? first + 1 : 0;  // edge 1 took pair 0
}

uint64_t sce_lane_stage(sce_lane* lane, const void* logits, uint64_t* results, uint64_t count,
                        int k_ahead) {
#if SCE_LANE_BITS == 16
  return 0;
#else
  const auto* x = static_cast<const Element*>(logits);
  Vtop& top = lane->top;
  uint8_t ks[16] = {};  // of the last cycles
  uint64_t cycle = 0, done = 0, first = 0;
  top.label = 0;
  for (; done < count && cycle < count + kDrain; ++cycle) {
    top.valid = cycle < count;
    top.logit = cycle < count ? x[cycle] : 0;
    lane->clock();
    ks[cycle & 15] = top.k;
    if (!top.s_valid) continue;
    if (!done) first = cycle;
    const uint64_t k = ks[(cycle - k_ahead) & 15], sticky = top.sticky;
    results[done++] = top.s | sticky << 47 | k << 48;
  }
  const bool complete = done == count && cycle == first + count;
  top.valid = 0;
  for (uint64_t i = 0; i < kDrain; ++i) lane->clock();
  return complete && !top.done ? first + 1 : 0;
#endif
}

uint64_t sce_lane_bare(sce_lane* lane, uint64_t cycles) {
  Vtop& top = lane->top;
  uint64_t state = 88172645463325252u, sum = 0;
  top.valid = 1;
  for (uint64_t i = 0; i < cycles; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    top.logit = static_cast<Element>(state);
    top.label = static_cast<Element>(state >> 32);
    lane->clock();
    sum += top.gradient;
  }
  top.valid = 0;
  for (uint64_t i = 0; i < kDrain; ++i) lane->clock();
  return sum;
}
