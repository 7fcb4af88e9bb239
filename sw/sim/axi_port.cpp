#include "axi_port.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sce {

namespace {

constexpr uint8_t kIncr = 1;

bool all_ones(const uint8_t* strobes, uint32_t bytes) {
  return std::all_of(strobes, strobes + bytes / 8, [](uint8_t group) { return group == 0xFF; });
}

}  // namespace

AxiPort::AxiPort(uint32_t index, const AxiPins& pins, uint32_t bytes, std::vector<Range> regions,
                 Fabric& fabric)
    : index_(index),
      pins_(pins),
      bytes_(bytes),
      regions_(std::move(regions)),
      fabric_(fabric),
      timing_(new FixedLatency(0)) {
  clear();
}

void AxiPort::clear() {
  reads_.clear();
  writes_.clear();
  early_.clear();
  timing_->clear();
  filled_ = 0;
  offered_ = nullptr;
  bvalid_ = arready_ = awready_ = wready_ = false;
  *pins_.rvalid = *pins_.bvalid = *pins_.arready = *pins_.awready = *pins_.wready = 0;
  busy_ = true;
}

bool AxiPort::set_memory(std::unique_ptr<MemoryTiming> timing, const sce_sim_memory& memory) {
  if (in_flight()) return false;
  timing_ = std::move(timing);
  outstanding_ = memory.outstanding;
  stall_ = memory.stall;
  random_ = (memory.seed + index_ + 1) * 0x9E3779B97F4A7C15u | 1;
  busy_ = true;
  return true;
}

bool AxiPort::pause() {
  if (stall_ == 0) return false;
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return (random_ >> 32 & 0xFF) < stall_;
}

void AxiPort::handshakes(uint64_t cycle) {
  fabric_.guard.set_cycle(cycle);
  busy_ = true;
  if (offered_ != nullptr && *pins_.rready != 0) {
    fabric_.recorder.add(cycle, index_, SCE_SIM_R, offered_->address + offered_->done * bytes_, 1);
    ++offered_->done;
    ++traffic_.read_beats;
    offered_ = nullptr;
    while (!reads_.empty() && reads_.front().done == reads_.front().beats) reads_.pop();
  }
  if (bvalid_ && *pins_.bready != 0) {
    fabric_.recorder.add(cycle, index_, SCE_SIM_B, writes_.front().address, 1);
    writes_.pop();
    --filled_;
    bvalid_ = false;
  }
  if (*pins_.awvalid != 0 && awready_) accept_write(cycle);
  if (*pins_.wvalid != 0 && wready_) accept_data(cycle);
  if (*pins_.arvalid != 0 && arready_) accept_read(cycle);
}

void AxiPort::check(Burst& burst, uint32_t address, uint8_t size, uint8_t kind) {
  const uint32_t access = burst.write ? SCE_SIM_WRITE : SCE_SIM_READ;
  const uint64_t past = static_cast<uint64_t>(burst.address) + burst.beats * bytes_;
  if (kind != kIncr || 1u << size != bytes_ ||
      address % kPageBytes + (past - address) > kPageBytes) {
    fabric_.guard.report(SCE_SIM_BAD_BURST, index_, access, address);
    burst.response = kDecerr;
  }
  burst.suspect =
      burst.response != kOkay || !fabric_.guard.clean(regions_, burst.address, past, access);
}

void AxiPort::begin(Burst& burst, uint64_t cycle, uint32_t address, uint8_t len) {
  burst.address = address & ~(bytes_ - 1);
  burst.beats = len + 1;
  burst.accepted = cycle;
}

void AxiPort::accept_read(uint64_t cycle) {
  Burst& burst = reads_.push();
  burst.id = *pins_.arid;
  begin(burst, cycle, *pins_.araddr, *pins_.arlen);
  check(burst, *pins_.araddr, *pins_.arsize, *pins_.arburst);
  ++traffic_.bursts_read;
  fabric_.recorder.add(cycle, index_, SCE_SIM_AR, *pins_.araddr, burst.beats);
  timing_->accept(burst, cycle);
}

void AxiPort::accept_write(uint64_t cycle) {
  Burst& burst = writes_.push();
  burst.id = *pins_.awid;
  burst.write = true;
  begin(burst, cycle, *pins_.awaddr, *pins_.awlen);
  check(burst, *pins_.awaddr, *pins_.awsize, *pins_.awburst);
  ++traffic_.bursts_written;
  fabric_.recorder.add(cycle, index_, SCE_SIM_AW, *pins_.awaddr, burst.beats);
  while (!early_.empty() && filled_ < writes_.size()) {
    const EarlyBeat& beat = early_.front();
    fill(beat.data, beat.strobes, beat.last, cycle);
    early_.pop();
  }
}

void AxiPort::accept_data(uint64_t cycle) {
  if (filled_ < writes_.size()) {
    fill(pins_.wdata, pins_.wstrb, *pins_.wlast != 0, cycle);
    return;
  }
  EarlyBeat& beat = early_.push();
  std::memcpy(beat.data, pins_.wdata, bytes_);
  std::memcpy(beat.strobes, pins_.wstrb, bytes_ / 8);
  beat.last = *pins_.wlast != 0;
}

void AxiPort::fill(const uint8_t* data, const uint8_t* strobes, bool last, uint64_t cycle) {
  Burst& burst = writes_.at(filled_);
  const uint32_t address = burst.address + burst.done * bytes_;
  uint8_t response = burst.response == kDecerr ? kDecerr : kOkay;
  if (burst.suspect && response == kOkay)
    response = fabric_.guard.write_response(index_, regions_, address, bytes_, strobes);
  fabric_.recorder.add(cycle, index_, SCE_SIM_W, address, 1);
  ++traffic_.write_beats;
  traffic_.write_bytes += store(address, data, strobes, response == kOkay);
  burst.response = std::max(burst.response, response);
  ++burst.done;
  if (last != (burst.done == burst.beats))
    fabric_.guard.report(SCE_SIM_BAD_LAST, index_, SCE_SIM_WRITE, address);
  if (burst.done == burst.beats) {
    ++filled_;
    timing_->accept(burst, cycle);
  }
}

uint64_t AxiPort::store(uint32_t address, const uint8_t* data, const uint8_t* strobes,
                        bool carry_out) {
  if (all_ones(strobes, bytes_)) {
    if (carry_out)
      std::memcpy(fabric_.memory.writable_page(address) + address % kPageBytes, data, bytes_);
    return bytes_;
  }
  uint64_t count = 0;
  uint8_t* page = nullptr;
  for (uint32_t k = 0; k < bytes_; ++k) {
    if ((strobes[k / 8] >> k % 8 & 1) == 0) continue;
    ++count;
    if (!carry_out) continue;
    if (page == nullptr) page = fabric_.memory.writable_page(address) + address % kPageBytes;
    page[k] = data[k];
  }
  return count;
}

// The burst whose next beat may be taken in `cycle`: the oldest, or the oldest of any ID if the
// timing answers out of order.
Burst* AxiPort::next_read(uint64_t cycle) {
  const uint32_t candidates = timing_->in_order ? std::min(reads_.size(), 1u) : reads_.size();
  uint64_t older = 0;
  for (uint32_t k = 0; k < candidates; ++k) {
    Burst& burst = reads_.at(k);
    const uint64_t id = uint64_t{1} << burst.id % 64;
    if (burst.done == burst.beats || (older & id) != 0) continue;
    if (burst.done < burst.beats_ready && burst.ready <= cycle) return &burst;
    older |= id;
  }
  return nullptr;
}

void AxiPort::offer_read(Burst& burst) {
  const uint32_t address = burst.address + burst.done * bytes_;
  uint8_t response = burst.response;
  if (burst.suspect && response == kOkay)
    response = fabric_.guard.read_response(index_, regions_, address, address + uint64_t{bytes_});
  if (response == kOkay)
    std::memcpy(pins_.rdata, fabric_.memory.page(address) + address % kPageBytes, bytes_);
  else
    std::memset(pins_.rdata, 0, bytes_);
  *pins_.rid = burst.id;
  *pins_.rresp = response;
  *pins_.rlast = burst.done + 1 == burst.beats;
  offered_ = &burst;
}

void AxiPort::respond(uint64_t cycle) {
  if (timing_->ticks) timing_->tick(cycle);
  if (offered_ == nullptr && !pause())
    if (Burst* burst = next_read(cycle + 1)) offer_read(*burst);
  if (!bvalid_ && filled_ != 0 && writes_.front().ready <= cycle + 1 && !pause()) {
    *pins_.bid = writes_.front().id;
    *pins_.bresp = writes_.front().response;
    bvalid_ = true;
  }
  arready_ = reads_.size() < outstanding_ && timing_->room_reads && !pause();
  awready_ = writes_.size() < outstanding_ && timing_->room_writes && !pause();
  wready_ = !early_.full() && !pause();
  *pins_.rvalid = offered_ != nullptr;
  *pins_.bvalid = bvalid_;
  *pins_.arready = arready_;
  *pins_.awready = awready_;
  *pins_.wready = wready_;
  busy_ = in_flight() || stall_ != 0;
}

}  // namespace sce
