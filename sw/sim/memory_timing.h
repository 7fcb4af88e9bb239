// When a memory accepts bursts and answers them. A port asks; the model behind it (fixed latency or
// a DRAM) decides.
#pragma once

#include <cstdint>

namespace sce {

// One accepted burst on its way through the memory. Times are clock cycles: a burst accepted in
// cycle N whose first beat is ready at N + 1 can be taken by the manager in the next cycle.
struct Burst {
  uint32_t address = 0;  // of the first beat
  uint16_t beats = 0;    // 1 to 256
  uint16_t done = 0;     // beats that went over the R or W channel
  uint8_t id = 0;
  bool write = false;
  bool suspect =
      false;  // some beat may be refused or answered with an injected error: look at each
  uint8_t response = 0;   // of a write: the worst of its beats
  uint64_t accepted = 0;  // cycle of the AR or AW handshake
  uint64_t ready = 0;     // first cycle in which the next R beat, or the B response, may be taken
  uint16_t beats_ready = 0;  // of a read: beats that the memory has fetched; beat k may be offered
                             // from beats_ready > k on
  uint64_t fetched = 0;      // for the timing's own use: which columns of a DRAM have come
};

// Timing of one port's memory. The owner calls `accept` in the cycle in which a burst is complete
// for the memory: a read when its AR is accepted, a write when both AW and the last W beat are.
// `ready` and `beats_ready` of the burst are the answer; a timing that schedules changes them later
// in `tick`, through the pointer that it was given, which stays valid until the burst has been
// answered.
class MemoryTiming {
 public:
  virtual ~MemoryTiming() = default;

  virtual void accept(Burst& burst, uint64_t cycle) = 0;

  // Called once per cycle, after the cycle's handshakes, if `ticks` is true and the port is not
  // idle.
  virtual void tick(uint64_t cycle) { (void)cycle; }

  // Discard everything in flight (reset).
  virtual void clear() {}

  bool ticks = false;       // whether `tick` does anything
  bool in_order = true;     // bursts become ready in the order of acceptance, whatever their IDs
  bool room_reads = true;   // whether another AR may be accepted
  bool room_writes = true;  // whether another AW may be accepted
};

// A pipelined memory: the first beat can be taken `latency` + 1 cycles after the burst is complete,
// the others one per cycle, for any number of bursts at a time. With latency 0 a memory answers at
// once.
class FixedLatency final : public MemoryTiming {
 public:
  explicit FixedLatency(uint32_t latency) : latency_(latency) {}

  void accept(Burst& burst, uint64_t cycle) override {
    burst.ready = cycle + 1 + latency_;
    burst.beats_ready = burst.beats;
  }

 private:
  uint64_t latency_;
};

}  // namespace sce
