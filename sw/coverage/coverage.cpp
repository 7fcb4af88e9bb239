// Writes what a model built with Verilator's coverage has counted, one line per point.
//
// Verilator keeps the counts in the context of a model, and the thread knows the context that was
// made last: so the simulation to be asked is the last that this thread has made.

#include "verilated.h"
#include "verilated_cov.h"

#include "verilated_cov.cpp"  // Verilator's own, which models that do not count do without

#pragma GCC visibility push(default)
extern "C" void sce_sim_coverage(const char* path) {
  Verilated::threadContextp()->coveragep()->write(path);
}
#pragma GCC visibility pop
