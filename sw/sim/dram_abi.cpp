// The C interface of the DRAM model alone.
#include <array>
#include <memory>
#include <vector>

#include "dram.h"
#include "ideal_manager.h"
#include "sce_dram.h"

struct sce_dram {
  sce_dram(const sce_sim_dram& dram, uint32_t port_bytes) : timing(dram, port_bytes) {}
  sce::Dram timing;
  std::array<sce::Burst, 1024> bursts{};
  std::vector<uint32_t> unused;
};

sce_dram* sce_dram_create(const sce_sim_dram* dram, uint32_t port_bytes) {
  if (sce_sim_dram_problem(dram) != nullptr || port_bytes == 0) return nullptr;
  try {
    auto made = std::make_unique<sce_dram>(*dram, port_bytes);
    for (uint32_t k = made->bursts.size(); k-- != 0;) made->unused.push_back(k);
    return made.release();
  } catch (...) {
    return nullptr;
  }
}

void sce_dram_free(sce_dram* dram) { delete dram; }

uint32_t sce_dram_accept(sce_dram* dram, uint32_t id, uint32_t address, uint32_t beats, int write,
                         uint64_t cycle) {
  if (dram->unused.empty()) return ~0u;
  const uint32_t token = dram->unused.back();
  dram->unused.pop_back();
  sce::Burst& burst = dram->bursts[token] = sce::Burst();
  burst.address = address;
  burst.beats = beats;
  burst.id = id;
  burst.write = write != 0;
  burst.accepted = cycle;
  dram->timing.accept(burst, cycle);
  return token;
}

void sce_dram_tick(sce_dram* dram, uint64_t cycle) { dram->timing.tick(cycle); }

uint32_t sce_dram_ready(const sce_dram* dram, uint32_t token, uint64_t cycle) {
  const sce::Burst& burst = dram->bursts[token];
  if (burst.ready > cycle + 1) return 0;
  return burst.write ? 1 : burst.beats_ready;
}

void sce_dram_retire(sce_dram* dram, uint32_t token) { dram->unused.push_back(token); }

uint32_t sce_dram_room(const sce_dram* dram) {
  return dram->timing.room_reads | dram->timing.room_writes << 1;
}

void sce_dram_clear(sce_dram* dram) {
  dram->timing.clear();
  dram->unused.clear();
  for (uint32_t k = dram->bursts.size(); k-- != 0;) dram->unused.push_back(k);
}

void sce_dram_get_stats(const sce_dram* dram, sce_sim_dram_stats* stats) {
  *stats = dram->timing.stats();
}

void sce_dram_record(sce_dram* dram, uint64_t capacity) { dram->timing.record(capacity); }

uint64_t sce_dram_commands(const sce_dram* dram, const sce_dram_command** commands) {
  *commands = dram->timing.commands().data();
  return dram->timing.commands().size();
}

uint64_t sce_dram_ideal(const sce_sim_dram* dram, uint32_t port_bytes, uint32_t burst_beats,
                        const uint32_t addresses[3], uint32_t size, uint32_t turn_bytes,
                        uint32_t lag_bytes, uint32_t outstanding, sce_sim_dram_stats* stats) {
  if (sce_sim_dram_problem(dram) != nullptr || port_bytes == 0 || burst_beats == 0 ||
      turn_bytes == 0 || outstanding == 0)
    return 0;
  try {
    sce::IdealManager manager(*dram, port_bytes, burst_beats);
    const uint64_t cycles = manager.run(addresses, size, turn_bytes, lag_bytes, outstanding);
    *stats = manager.stats();
    return cycles;
  } catch (...) {
    return 0;
  }
}
