// Writes the counts of a model built with Verilator's coverage, one line per point.
//
// Verilator keeps the counts in the context of a model, and a thread knows only its newest context.
// So this function is for the newest simulation of the calling thread.

#include "verilated.h"
#include "verilated_cov.h"

#include "verilated_cov.cpp"  // Verilator's own, which models that do not count do without

#pragma GCC visibility push(default)
extern "C" void sce_sim_coverage(const char* path) {
  Verilated::threadContextp()->coveragep()->write(path);
}
#pragma GCC visibility pop
