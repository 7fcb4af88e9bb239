// The memory that a job may access, the addresses that answer with an error, and a record of every
// access that broke the rules.
#pragma once

#include <cstdint>
#include <vector>

#include "sce_sim.h"

namespace sce {

enum Response : uint8_t { kOkay = 0, kSlverr = 2, kDecerr = 3 };

struct Range {
  uint64_t base = 0;
  uint64_t end = 0;
  bool holds(uint64_t first, uint64_t past) const { return base <= first && past <= end; }
  bool meets(uint64_t first, uint64_t past) const { return base < past && first < end; }
};

struct Window {
  Range range;
  uint32_t access = 0;  // SCE_SIM_READ, SCE_SIM_WRITE or both
};

struct Fault {
  Range range;
  uint32_t access = 0;
  uint8_t response = kSlverr;
};

class Guard {
 public:
  void add_window(const Window& window) { windows_.push_back(window); }
  void clear_windows() { windows_.clear(); }
  void add_fault(const Fault& fault) { faults_.push_back(fault); }
  void clear_faults() { faults_.clear(); }
  void clear_violations();

  // Whether all bytes of a burst are certain to be answered OKAY, so that its beats need no
  // separate check.
  bool clean(const std::vector<Range>& regions, uint64_t first, uint64_t past,
             uint32_t access) const;

  // The response to one beat of a read of the bytes first..past: a beat may reach past a window
  // that it meets, since a bus reads whole words.
  uint8_t read_response(uint32_t port, const std::vector<Range>& regions, uint64_t first,
                        uint64_t past);

  // The response to one beat of a write whose strobed bytes are marked in `strobes`, bit k being
  // byte first + k.
  uint8_t write_response(uint32_t port, const std::vector<Range>& regions, uint64_t first,
                         uint32_t bytes, const uint8_t* strobes);

  // Counts a violation and keeps the first ones.
  void report(uint32_t kind, uint32_t port, uint32_t access, uint64_t address);

  uint64_t violations() const { return count_; }
  const std::vector<sce_sim_violation>& recorded() const { return recorded_; }
  void set_cycle(uint64_t cycle) { cycle_ = cycle; }

 private:
  bool inside_window(uint64_t address, uint32_t access) const;
  uint8_t fault_at(uint64_t first, uint64_t past, uint32_t access) const;

  std::vector<Window> windows_;
  std::vector<Fault> faults_;
  std::vector<sce_sim_violation> recorded_;
  uint64_t count_ = 0;
  uint64_t cycle_ = 0;
};

}  // namespace sce
