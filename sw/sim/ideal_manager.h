// The manager with which the unit is compared: the same arrays and the same mix of reads and
// writes, without any wait of its own.
#pragma once

#include <cstdint>
#include <deque>

#include "dram.h"

namespace sce {

class IdealManager {
 public:
  IdealManager(const sce_sim_dram& dram, uint32_t port_bytes, uint32_t burst_beats);

  // See sce_dram_ideal.
  uint64_t run(const uint32_t addresses[3], uint32_t size, uint32_t turn_bytes, uint32_t lag_bytes,
               uint32_t outstanding);

  const sce_sim_dram_stats& stats() const { return timing_.stats(); }

 private:
  struct Stream {
    uint64_t next = 0, end = 0;  // addresses of bus words
    bool done() const { return next == end; }
  };

  Burst take(Stream& stream, bool write) const;
  void ask(uint64_t cycle);
  void answer(uint64_t cycle);

  Dram timing_;
  const uint32_t port_bytes_, burst_beats_;
  Stream reads_[2], write_;
  uint32_t turn_bytes_ = 0, lag_bytes_ = 0, outstanding_ = 0;
  uint32_t turn_ = 0;             // the array that is served now
  uint64_t left_ = 0;             // bytes left of its turn
  uint64_t read_ = 0, sent_ = 0;  // bytes requested, bytes of writes begun
  uint32_t w_left_ = 0;           // beats of the current write that have not gone over W
  std::deque<Burst> in_flight_[2];
};

}  // namespace sce
