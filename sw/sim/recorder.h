// Beats as they are accepted, for time lines: only one comparison while off.
#pragma once

#include <cstdint>
#include <vector>

#include "sce_sim.h"

namespace sce {

class Recorder {
 public:
  // Clears the record and makes room for this many events; 0 switches recording off.
  void restart(uint64_t capacity) {
    events_.clear();
    events_.reserve(capacity);
    capacity_ = capacity;
    lost_ = 0;
  }

  void add(uint64_t cycle, uint32_t port, uint32_t channel, uint32_t address, uint32_t beats) {
    if (capacity_ == 0) return;
    if (events_.size() == capacity_) {
      ++lost_;
      return;
    }
    events_.push_back({cycle, address, static_cast<uint16_t>(beats), static_cast<uint8_t>(port),
                       static_cast<uint8_t>(channel)});
  }

  const std::vector<sce_sim_event>& events() const { return events_; }
  uint64_t lost() const { return lost_; }

 private:
  std::vector<sce_sim_event> events_;
  uint64_t capacity_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace sce
