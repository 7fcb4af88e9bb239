// The Verilated top module with memory on its AXI ports, a register master, and the clock that
// moves them all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "Vtop.h"
#include "axi_port.h"
#include "verilated.h"
#include "waves.h"

namespace sce {

// One AXI4-Lite transaction at a time, by the same rules as the memory ports: sampled before an
// edge, driven after it.
class LiteManager {
 public:
  explicit LiteManager(Vtop& top) : top_(top) {}

  void start_write(uint32_t offset, uint32_t value);
  void start_read(uint32_t offset);
  bool busy() const { return busy_; }
  bool driving() const { return driving_; }
  uint32_t value() const { return value_; }
  uint8_t response() const { return response_; }
  void clear();

  void sample();
  void drive();

 private:
  Vtop& top_;
  bool busy_ = false;     // the answer is still to come
  bool driving_ = false;  // the pins are not at rest
  bool aw_done_ = false, w_done_ = false, ar_done_ = false;
  uint32_t value_ = 0;
  uint8_t response_ = 0;
};

class Simulation {
 public:
  Simulation();
  ~Simulation();

  void reset(uint32_t cycles);
  uint64_t run(uint64_t cycles, bool until_irq);
  void clock_bare(uint64_t cycles);
  bool irq() const { return top_->irq != 0; }
  uint64_t cycle() const { return cycle_; }

  // False if the answer was not OKAY, or none came in time; `error` then says which.
  bool write32(uint32_t offset, uint32_t value);
  bool read32(uint32_t offset, uint32_t& value);

  bool open_waves(const char* path);
  bool close_waves();
  void forget_waves() { waves_.forget(); }

  Fabric& fabric() { return fabric_; }
  const Fabric& fabric() const { return fabric_; }
  AxiPort& port(uint32_t index) { return *ports_[index]; }
  const AxiPort& port(uint32_t index) const { return *ports_[index]; }

  std::string error;
  bool failed = false;  // an operation ended in the middle for lack of memory: nothing can be
                        // relied upon any more

 private:
  void clock();
  void dump_high();
  void dump_low();
  bool transact(const char* what, uint32_t offset);

  VerilatedContext context_;
  std::unique_ptr<Vtop> top_;
  Fabric fabric_;
  std::vector<std::unique_ptr<AxiPort>> ports_;
  LiteManager lite_;
  uint64_t cycle_ = 0;
  Waves waves_;
};

}  // namespace sce
