// SPDX-License-Identifier: Apache-2.0
// The fp32 lane as a function: it takes one element per clock and returns the results in order.

#include <cstdint>
#include <memory>

#include "Vtop.h"
#include "verilated.h"

// Sends `count` pairs through the lane; returns the number of results up to 1,000 clocks after the
// last pair. Verilator writes two underscores in a port's name as ___05F.
extern "C" __attribute__((visibility("default"))) uint64_t sce_netlist_run(const uint32_t* logits,
                                                                           const uint32_t* labels,
                                                                           uint32_t* results,
                                                                           uint64_t count) {
  VerilatedContext context;
  auto top = std::make_unique<Vtop>(&context);
  top->rst = 1;
  uint64_t sent = 0, received = 0;
  for (uint64_t cycle = 0; received < count && cycle < count + 1000; ++cycle) {
    top->clk = 0;
    const bool valid = cycle >= 10 && sent < count;
    if (cycle == 4) top->rst = 0;
    top->i___05Fvalid = valid;
    if (valid) {
      top->i___05Fpayload = static_cast<uint64_t>(labels[sent]) << 32 | logits[sent];
      ++sent;
    }
    top->eval();
    if (top->o___05Fvalid) results[received++] = top->o___05Fpayload;
    top->clk = 1;
    top->eval();
  }
  return received;
}
