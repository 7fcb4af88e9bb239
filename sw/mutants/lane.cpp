// A lane with hundreds of single mutations, of which `mutsel` turns on one: each mutant's outputs
// are compared with those of the lane itself (number 0) in the same cycles.

#include <cstdint>
#include <new>
#include <vector>

#include "Vtop.h"
#include "design.h"
#include "verilated.h"

namespace {

#if SCE_LANE_BITS == 16
using Element = uint16_t;
#else
using Element = uint32_t;
#endif

enum : uint8_t { kValid = 1, kReset = 2 };  // flags of a cycle

// The outputs after a clock edge.
struct Outputs {
  uint64_t s;
  Element gradient;
  uint8_t k, done, stage_flags;

  explicit Outputs(const Vtop& top) : s(top.s), gradient(top.gradient), k(0), done(top.done) {
#if SCE_LANE_BITS == 16
    stage_flags = 0;
#else
    k = top.k;
    stage_flags = top.s_valid << 1 | (top.sticky & top.s_valid);
#endif
  }
};

struct Stimuli {
  const Element *logits, *labels;
  const uint8_t* flags;
  uint64_t cycles;
};

// Runs a lane from its first cycle on; `look` gets the number and the outputs of each cycle, and
// returns false to end the run.
template <typename Look>
void run(const Stimuli& stimuli, uint32_t mutant, Look look) {
  VerilatedContext context;
  Vtop top{&context};
  top.mutsel = mutant;
  top.clk = 0;
  top.valid = 0;
  top.rst = 1;
  top.eval();  // without an edge: Verilator detects none at its first evaluation
  for (uint64_t cycle = 0; cycle < stimuli.cycles; ++cycle) {
    top.valid = stimuli.flags[cycle] & kValid;
    top.rst = (stimuli.flags[cycle] & kReset) != 0;
    top.logit = stimuli.logits[cycle];
    top.label = stimuli.labels[cycle];
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
    if (!look(cycle, Outputs(top))) return;
  }
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

struct sce_mutants {
  Stimuli stimuli;
  uint64_t s_after, k_after;  // edges from a pair to its s and its k
  std::vector<Outputs> due;
};

// Runs the lane itself. The arrays must outlive the handle; NULL if memory ran out.
sce_mutants* sce_mutants_create(const void* logits, const void* labels, const uint8_t* flags,
                                uint64_t cycles, uint64_t s_after, uint64_t k_after) try {
  auto* made = new sce_mutants{
      {static_cast<const Element*>(logits), static_cast<const Element*>(labels), flags, cycles},
      s_after,
      k_after,
      {}};
  made->due.reserve(cycles);
  run(made->stimuli, 0, [made](uint64_t, const Outputs& outputs) {
    made->due.push_back(outputs);
    return true;
  });
  return made;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void sce_mutants_free(sce_mutants* handle) { delete handle; }

// The cycle, counted from 1, in which a mutant first differs in a result and in the sigmoid's
// outputs (s, k, sticky), or 0. Outputs that belong to no pair are not compared. Ends at the first
// difference in a result, or with `either` at the first of both kinds.
void sce_mutants_run(const sce_mutants* handle, uint32_t mutant, int either, uint64_t* by_result,
                     uint64_t* by_stage) {
  const Stimuli& stimuli = handle->stimuli;
  *by_result = *by_stage = 0;
  const auto pair = [&stimuli](uint64_t cycle, uint64_t after) {
    return cycle + 1 >= after && stimuli.flags[cycle + 1 - after] == kValid;
  };
  run(stimuli, mutant, [&](uint64_t cycle, const Outputs& found) {
    const Outputs& due = handle->due[cycle];
    if (!*by_stage && (found.stage_flags != due.stage_flags ||
                       (found.s != due.s && pair(cycle, handle->s_after)) ||
                       (found.k != due.k && pair(cycle, handle->k_after))))
      *by_stage = cycle + 1;
    if (found.done != due.done || (due.done && found.gradient != due.gradient))
      *by_result = cycle + 1;
    return !*by_result && !(either && *by_stage);
  });
}

}  // extern "C"
#pragma GCC visibility pop
