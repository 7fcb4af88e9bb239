// An AXI4 subordinate: memory behind one port of the model. Sampled before a rising edge, it drives
// the port after that edge.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "guard.h"
#include "memory.h"
#include "memory_timing.h"
#include "recorder.h"
#include "ring.h"

namespace sce {

// The pins of one port inside the Verilated model; data and strobes are little-endian bytes.
struct AxiPins {
  const uint8_t *awvalid, *awlen, *awsize, *awburst, *awid;
  const uint32_t* awaddr;
  uint8_t* awready;
  const uint8_t *wvalid, *wlast, *wdata, *wstrb;
  uint8_t* wready;
  uint8_t *bvalid, *bid, *bresp;
  const uint8_t* bready;
  const uint8_t *arvalid, *arlen, *arsize, *arburst, *arid;
  const uint32_t* araddr;
  uint8_t* arready;
  uint8_t *rvalid, *rid, *rresp, *rlast, *rdata;
  const uint8_t* rready;
};

// The parts that all ports of a simulation share.
struct Fabric {
  SparseMemory memory;
  Guard guard;
  Recorder recorder;
};

class AxiPort {
 public:
  // `bytes` is the width of the data bus; `regions` are the memories that the port reaches.
  AxiPort(uint32_t index, const AxiPins& pins, uint32_t bytes, std::vector<Range> regions,
          Fabric& fabric);

  // The cycle's handshakes, from the pins before the edge. A port at rest costs three loads.
  void sample(uint64_t cycle) {
    if ((*pins_.arvalid | *pins_.awvalid | *pins_.wvalid | static_cast<uint8_t>(busy_)) != 0)
      handshakes(cycle);
  }

  // The port's pins after the edge.
  void drive(uint64_t cycle) {
    if (busy_) respond(cycle);
  }

  // Discards the transfers in flight and lowers VALID, as reset requires.
  void clear();

  // Replaces the timing, and takes the limit of bursts in flight and the pauses from `memory`.
  // False while something is in flight.
  bool set_memory(std::unique_ptr<MemoryTiming> timing, const sce_sim_memory& memory);

  const sce_sim_traffic& traffic() const { return traffic_; }
  const MemoryTiming& timing() const { return *timing_; }

 private:
  static constexpr uint32_t kBursts = 256;     // in flight in either direction at most
  static constexpr uint32_t kEarlyBeats = 16;  // W beats that may come before their AW
  static constexpr uint32_t kMaxBytes = 128;

  struct EarlyBeat {
    uint8_t data[kMaxBytes];
    uint8_t strobes[kMaxBytes / 8];
    bool last;
  };

  void handshakes(uint64_t cycle);
  void respond(uint64_t cycle);
  void accept_read(uint64_t cycle);
  void accept_write(uint64_t cycle);
  void accept_data(uint64_t cycle);
  void fill(const uint8_t* data, const uint8_t* strobes, bool last, uint64_t cycle);
  uint64_t store(uint32_t address, const uint8_t* data, const uint8_t* strobes, bool carry_out);
  Burst* next_read(uint64_t cycle);
  void offer_read(Burst& burst);
  void begin(Burst& burst, uint64_t cycle, uint32_t address, uint8_t len);
  void check(Burst& burst, uint32_t address, uint8_t size, uint8_t kind);
  bool pause();
  bool in_flight() const { return !reads_.empty() || !writes_.empty() || !early_.empty(); }

  const uint32_t index_;
  const AxiPins pins_;
  const uint32_t bytes_;
  const std::vector<Range> regions_;
  Fabric& fabric_;
  std::unique_ptr<MemoryTiming> timing_;

  Ring<Burst, kBursts> reads_;
  Ring<Burst, kBursts> writes_;
  Ring<EarlyBeat, kEarlyBeats> early_;
  uint32_t filled_ = 0;       // bursts at the head of writes_ that have all their data
  Burst* offered_ = nullptr;  // whose beat is on the R channel
  bool bvalid_ = false;
  bool arready_ = false, awready_ = false, wready_ = false;
  bool busy_ = true;  // something is in flight, or the pins are not those of a port at rest
  uint32_t outstanding_ = 64;
  uint32_t stall_ = 0;
  uint64_t random_ = 1;
  sce_sim_traffic traffic_{};
};

}  // namespace sce
