// A platform with hundreds of single mutations in it, one of which `mutsel` turns on: each gets the
// inputs that the platform itself was given, until it differs.

#include "row.h"
#include "verilated.h"

#pragma GCC visibility push(default)
extern "C" {

uint64_t sce_replay_bytes() { return sizeof(Row); }

// The cycle, counted from 1, in which a mutant first differs, or 0, and the kind of difference.
uint64_t sce_replay(const void* trace, uint64_t cycles, uint32_t mutant, int* kind) {
  const Row* rows = static_cast<const Row*>(trace);
  VerilatedContext context;
  Vtop top{&context};
  top.mutsel = mutant;
  top.clk = 0;
  *kind = kSame;
  for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
    rows[cycle].drive(top);
    top.clk = 0;
    top.eval();
    *kind = rows[cycle].difference(top);
    if (*kind != kSame) return cycle + 1;
    top.clk = 1;
    top.eval();
  }
  return 0;
}

}  // extern "C"
#pragma GCC visibility pop
