// An AXI4 manager on the pins host_* of the bench: two streams of reads and one of writes, each
// sequential, in bursts of full width with ID 0.
#pragma once

#include <cstdint>
#include <deque>

#include "Vtop.h"

namespace sce {

// `size` bytes at `address`: a read stores them at `target`, a write takes them from `source`.
// Without a pointer, read data are dropped, or zeros are written.
struct HostStream {
    uint32_t address = 0;
    uint32_t size = 0;
    uint8_t *target = nullptr;
    const uint8_t *source = nullptr;
};

struct HostPlan {
    HostStream reads[2], write;
    uint32_t burst_beats = 1;
    uint32_t turn_bytes = 0;  // of one input, before the other has its turn
    uint32_t lag_bytes = 0;   // by which the writes stay behind
    uint32_t outstanding = 1; // bursts of either direction
};

class HostManager {
  public:
    HostManager(Vtop &top, uint32_t port_bytes) : top_(top), port_bytes_(port_bytes) {
    }

    void start(const HostPlan &plan);
    bool busy() const {
        return busy_;
    }

    // As in the other managers: samples the handshakes before an edge, sets the pins after it.
    void sample();
    void drive();

  private:
    struct Cursor {
        uint64_t next = 0, end = 0; // whole words
        bool done() const {
            return next >= end;
        }
    };
    struct Burst {
        uint64_t address;
        uint32_t beats;
        const HostStream *stream;
    };

    Cursor cursor(const HostStream &stream) const;
    Burst take(Cursor &cursor, const HostStream &stream) const;
    void ask_read();
    void ask_write();
    void take_beat(const Burst &burst);
    void give_beat(const Burst &burst);

    Vtop &top_;
    uint64_t port_bytes_;
    HostPlan plan_;
    Cursor reads_[2], write_;
    uint32_t turn_ = 0;
    uint64_t left_ = 0, read_ = 0, sent_ = 0;  // bytes of this turn, asked for, to be written
    std::deque<Burst> reading_, writing_;      // front: the burst on R, on W
    uint32_t answers_ = 0;                     // write responses to come
    bool ar_taken_ = false, aw_taken_ = false; // at the last edge
    bool busy_ = false;
};

} // namespace sce
