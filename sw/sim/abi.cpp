// The C interface: every request is checked here, so that the classes behind it need not.
#include <algorithm>
#include <new>
#include <string>

#include "dram.h"
#include "ports.h"
#include "sce_sim.h"
#include "simulation.h"

struct sce_sim {
  sce::Simulation simulation;
};

namespace {

constexpr uint64_t kSpace = uint64_t{1} << 32;

// The behaviour of the port in front of a DRAM: it only limits the bursts in flight.
constexpr sce_sim_memory kNoPauses = {0, 64, 0, 0};

int refuse(sce_sim* sim, const std::string& why) {
  sim->simulation.error = why;
  return -1;
}

// Runs an operation and lets no exception out, because C and Python cannot handle it: the call is
// refused with `otherwise`. The text fits into a string without allocation. After `clocking` the
// model may have stopped in the middle of a cycle, and is not used any more.
template <typename Result, typename Work>
Result protect(sce_sim* sim, Result otherwise, bool clocking, Work work) noexcept {
  if (sim->simulation.failed) return otherwise;
  try {
    return work();
  } catch (...) {
    sim->simulation.error = "out of memory";
    sim->simulation.failed = clocking;
    return otherwise;
  }
}

template <typename Work>
int refusing(sce_sim* sim, Work work) noexcept {
  return protect(sim, -1, false, work);
}

bool outside(uint64_t address, uint64_t size) {
  return address > kSpace || size > kSpace - address;
}

int refuse_range(sce_sim* sim, uint64_t address, uint64_t size) {
  return refuse(sim, std::to_string(size) + " bytes at " + std::to_string(address) +
                         " are not inside the 32-bit address space");
}

}  // namespace

int sce_sim_abi() { return SCE_SIM_ABI; }
int sce_sim_ports() { return SCE_SIM_PORTS; }

int sce_sim_traces() {
#ifdef SCE_SIM_WAVES
  return 1;
#else
  return 0;
#endif
}

const char* sce_sim_port_name(int port) {
  return port >= 0 && port < SCE_SIM_PORTS ? kPortNames[port] : nullptr;
}
int sce_sim_port_bytes(int port) {
  return port >= 0 && port < SCE_SIM_PORTS ? kPortBytes[port] : 0;
}

sce_sim* sce_sim_create() {
  try {
    return new sce_sim;
  } catch (...) {
    return nullptr;
  }
}

int sce_sim_failed(const sce_sim* sim) { return sim->simulation.failed; }
void sce_sim_forked(sce_sim* sim) { sim->simulation.forget_waves(); }
void sce_sim_free(sce_sim* sim) { delete sim; }
const char* sce_sim_error(const sce_sim* sim) { return sim->simulation.error.c_str(); }

int sce_sim_reset(sce_sim* sim, uint32_t cycles) {
  return protect(sim, -1, true, [&] {
    sim->simulation.reset(std::max(cycles, 1u));
    return 0;
  });
}

int sce_sim_set_memory(sce_sim* sim, int port, const sce_sim_memory* memory) {
  return refusing(sim, [&]() -> int {
    if (port < -1 || port >= SCE_SIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    if (memory->outstanding < 1 || memory->outstanding > 256)
      return refuse(
          sim, "outstanding is " + std::to_string(memory->outstanding) + ", but must be 1 to 256");
    if (memory->stall > 250)
      return refuse(sim, "stall is " + std::to_string(memory->stall) + ", but must be 0 to 250");
    for (int k = 0; k < SCE_SIM_PORTS; ++k) {
      if (port != -1 && port != k) continue;
      if (!sim->simulation.port(k).set_memory(std::make_unique<sce::FixedLatency>(memory->latency),
                                              *memory))
        return refuse(sim, "bursts are in flight on port " + std::to_string(k));
    }
    return 0;
  });
}

int sce_sim_set_dram(sce_sim* sim, int port, const sce_sim_dram* dram) {
  return refusing(sim, [&]() -> int {
    if (port < 0 || port >= SCE_SIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    if (const char* problem = sce_sim_dram_problem(dram)) return refuse(sim, problem);
    if (!sim->simulation.port(port).set_memory(std::make_unique<sce::Dram>(*dram, kPortBytes[port]),
                                               kNoPauses))
      return refuse(sim, "bursts are in flight on port " + std::to_string(port));
    return 0;
  });
}

int sce_sim_get_dram_stats(sce_sim* sim, int port, sce_sim_dram_stats* stats) {
  return refusing(sim, [&]() -> int {
    if (port < 0 || port >= SCE_SIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    const auto* dram = dynamic_cast<const sce::Dram*>(&sim->simulation.port(port).timing());
    if (dram == nullptr) return refuse(sim, "port " + std::to_string(port) + " has no DRAM");
    *stats = dram->stats();
    return 0;
  });
}

int sce_sim_write(sce_sim* sim, uint64_t address, const void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.write(address, static_cast<const uint8_t*>(data), size);
    return 0;
  });
}

int sce_sim_read(sce_sim* sim, uint64_t address, void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.read(address, static_cast<uint8_t*>(data), size);
    return 0;
  });
}

int sce_sim_release(sce_sim* sim, uint64_t address, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.release(address, size);
    return 0;
  });
}

int sce_sim_attach(sce_sim* sim, uint64_t address, void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    if (address % sce::kPageBytes != 0 || size % sce::kPageBytes != 0)
      return refuse(sim, "only whole 4 KiB pages can be attached");
    sim->simulation.fabric().memory.attach(address, static_cast<uint8_t*>(data), size);
    return 0;
  });
}

uint64_t sce_sim_used_bytes(const sce_sim* sim) {
  return sim->simulation.fabric().memory.used_bytes();
}

int sce_sim_window(sce_sim* sim, uint64_t address, uint64_t size, uint32_t access) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().guard.add_window({{address, address + size}, access});
    return 0;
  });
}

int sce_sim_windows_clear(sce_sim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_windows();
    return 0;
  });
}

uint64_t sce_sim_violations(const sce_sim* sim, sce_sim_violation* first, uint64_t capacity) {
  const sce::Guard& guard = sim->simulation.fabric().guard;
  const auto& recorded = guard.recorded();
  std::copy_n(recorded.begin(), std::min<uint64_t>(capacity, recorded.size()), first);
  return guard.violations();
}

int sce_sim_violations_clear(sce_sim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_violations();
    return 0;
  });
}

int sce_sim_fault(sce_sim* sim, uint64_t address, uint64_t size, uint32_t access,
                  uint32_t response) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    if (response != sce::kSlverr && response != sce::kDecerr)
      return refuse(sim, "an injected response must be 2 (SLVERR) or 3 (DECERR)");
    sim->simulation.fabric().guard.add_fault(
        {{address, address + size}, access, static_cast<uint8_t>(response)});
    return 0;
  });
}

int sce_sim_faults_clear(sce_sim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_faults();
    return 0;
  });
}

int sce_sim_write32(sce_sim* sim, uint32_t offset, uint32_t value) {
  return protect(sim, -1, true, [&] { return sim->simulation.write32(offset, value) ? 0 : -1; });
}

int sce_sim_read32(sce_sim* sim, uint32_t offset, uint32_t* value) {
  return protect(sim, -1, true, [&] { return sim->simulation.read32(offset, *value) ? 0 : -1; });
}

uint64_t sce_sim_run(sce_sim* sim, uint64_t cycles, int until_irq) {
  return protect(sim, uint64_t{0}, true,
                 [&] { return sim->simulation.run(cycles, until_irq != 0); });
}
int sce_sim_irq(const sce_sim* sim) { return sim->simulation.irq(); }
uint64_t sce_sim_cycle(const sce_sim* sim) { return sim->simulation.cycle(); }
void sce_sim_clock_bare(sce_sim* sim, uint64_t cycles) {
  protect(sim, 0, true, [&] {
    sim->simulation.clock_bare(cycles);
    return 0;
  });
}

int sce_sim_get_traffic(const sce_sim* sim, int port, sce_sim_traffic* traffic) {
  if (port < 0 || port >= SCE_SIM_PORTS) return -1;
  *traffic = sim->simulation.port(port).traffic();
  return 0;
}

int sce_sim_record(sce_sim* sim, uint64_t capacity) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().recorder.restart(capacity);
    return 0;
  });
}

uint64_t sce_sim_events(const sce_sim* sim, const sce_sim_event** events) {
  const auto& recorded = sim->simulation.fabric().recorder.events();
  *events = recorded.data();
  return recorded.size();
}

uint64_t sce_sim_events_lost(const sce_sim* sim) {
  return sim->simulation.fabric().recorder.lost();
}

int sce_sim_waves_open(sce_sim* sim, const char* path) {
  return refusing(sim, [&] { return sim->simulation.open_waves(path) ? 0 : -1; });
}

int sce_sim_waves_close(sce_sim* sim) {
  return refusing(sim, [&] { return sim->simulation.close_waves() ? 0 : -1; });
}
