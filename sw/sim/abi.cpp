// The C interface: every request is checked here, so that the classes behind it need not.
#include <algorithm>
#include <new>
#include <string>

#include "dram.h"
#include "ports.h"
#include "scesim.h"
#include "simulation.h"

struct scesim {
  sce::Simulation simulation;
};

namespace {

constexpr uint64_t kSpace = uint64_t{1} << 32;

// What the port in front of a DRAM adds: nothing but a limit of bursts in flight.
constexpr scesim_memory kNoPauses = {0, 64, 0, 0};

int refuse(scesim* sim, const std::string& why) {
  sim->simulation.error = why;
  return -1;
}

// Runs an operation and lets no exception out of it, which C and Python cannot take: the call is
// refused with `otherwise`. The text fits into a string without memory. After `clocking` the model
// may have stopped between two edges, and nothing more is done with it.
template <typename Result, typename Work>
Result protect(scesim* sim, Result otherwise, bool clocking, Work work) noexcept {
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
int refusing(scesim* sim, Work work) noexcept {
  return protect(sim, -1, false, work);
}

bool outside(uint64_t address, uint64_t size) {
  return address > kSpace || size > kSpace - address;
}

int refuse_range(scesim* sim, uint64_t address, uint64_t size) {
  return refuse(sim, std::to_string(size) + " bytes at " + std::to_string(address) +
                         " are not inside the 32-bit address space");
}

}  // namespace

int scesim_abi() { return SCESIM_ABI; }
int scesim_ports() { return SCESIM_PORTS; }

int scesim_traces() {
#ifdef SCESIM_WAVES
  return 1;
#else
  return 0;
#endif
}

const char* scesim_port_name(int port) {
  return port >= 0 && port < SCESIM_PORTS ? kPortNames[port] : nullptr;
}
int scesim_port_bytes(int port) { return port >= 0 && port < SCESIM_PORTS ? kPortBytes[port] : 0; }

scesim* scesim_create() {
  try {
    return new scesim;
  } catch (...) {
    return nullptr;
  }
}

int scesim_failed(const scesim* sim) { return sim->simulation.failed; }
void scesim_forked(scesim* sim) { sim->simulation.forget_waves(); }
void scesim_free(scesim* sim) { delete sim; }
const char* scesim_error(const scesim* sim) { return sim->simulation.error.c_str(); }

int scesim_reset(scesim* sim, uint32_t edges) {
  return protect(sim, -1, true, [&] {
    sim->simulation.reset(std::max(edges, 1u));
    return 0;
  });
}

int scesim_set_memory(scesim* sim, int port, const scesim_memory* memory) {
  return refusing(sim, [&]() -> int {
    if (port < -1 || port >= SCESIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    if (memory->outstanding < 1 || memory->outstanding > 256)
      return refuse(
          sim, "outstanding is " + std::to_string(memory->outstanding) + ", but must be 1 to 256");
    if (memory->stall > 250)
      return refuse(sim, "stall is " + std::to_string(memory->stall) + ", but must be 0 to 250");
    for (int k = 0; k < SCESIM_PORTS; ++k) {
      if (port != -1 && port != k) continue;
      if (!sim->simulation.port(k).set_memory(std::make_unique<sce::FixedLatency>(memory->latency),
                                              *memory))
        return refuse(sim, "bursts are in flight on port " + std::to_string(k));
    }
    return 0;
  });
}

int scesim_set_dram(scesim* sim, int port, const scesim_dram* dram) {
  return refusing(sim, [&]() -> int {
    if (port < 0 || port >= SCESIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    if (const char* problem = scesim_dram_problem(dram)) return refuse(sim, problem);
    if (!sim->simulation.port(port).set_memory(std::make_unique<sce::Dram>(*dram, kPortBytes[port]),
                                               kNoPauses))
      return refuse(sim, "bursts are in flight on port " + std::to_string(port));
    return 0;
  });
}

int scesim_get_dram_stats(scesim* sim, int port, scesim_dram_stats* stats) {
  return refusing(sim, [&]() -> int {
    if (port < 0 || port >= SCESIM_PORTS)
      return refuse(sim, "there is no port " + std::to_string(port));
    const auto* dram = dynamic_cast<const sce::Dram*>(&sim->simulation.port(port).timing());
    if (dram == nullptr) return refuse(sim, "port " + std::to_string(port) + " has no DRAM");
    *stats = dram->stats();
    return 0;
  });
}

int scesim_write(scesim* sim, uint64_t address, const void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.write(address, static_cast<const uint8_t*>(data), size);
    return 0;
  });
}

int scesim_read(scesim* sim, uint64_t address, void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.read(address, static_cast<uint8_t*>(data), size);
    return 0;
  });
}

int scesim_release(scesim* sim, uint64_t address, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().memory.release(address, size);
    return 0;
  });
}

int scesim_attach(scesim* sim, uint64_t address, void* data, uint64_t size) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    if (address % sce::kPageBytes != 0 || size % sce::kPageBytes != 0)
      return refuse(sim, "only whole 4 KiB pages can be attached");
    sim->simulation.fabric().memory.attach(address, static_cast<uint8_t*>(data), size);
    return 0;
  });
}

uint64_t scesim_used_bytes(const scesim* sim) {
  return sim->simulation.fabric().memory.used_bytes();
}

int scesim_window(scesim* sim, uint64_t address, uint64_t size, uint32_t access) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    sim->simulation.fabric().guard.add_window({{address, address + size}, access});
    return 0;
  });
}

int scesim_windows_clear(scesim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_windows();
    return 0;
  });
}

uint64_t scesim_violations(const scesim* sim, scesim_violation* first, uint64_t room) {
  const sce::Guard& guard = sim->simulation.fabric().guard;
  const auto& recorded = guard.recorded();
  std::copy_n(recorded.begin(), std::min<uint64_t>(room, recorded.size()), first);
  return guard.violations();
}

int scesim_violations_clear(scesim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_violations();
    return 0;
  });
}

int scesim_fault(scesim* sim, uint64_t address, uint64_t size, uint32_t access, uint32_t response) {
  return refusing(sim, [&]() -> int {
    if (outside(address, size)) return refuse_range(sim, address, size);
    if (response != sce::kSlverr && response != sce::kDecerr)
      return refuse(sim, "an injected response must be 2 (SLVERR) or 3 (DECERR)");
    sim->simulation.fabric().guard.add_fault(
        {{address, address + size}, access, static_cast<uint8_t>(response)});
    return 0;
  });
}

int scesim_faults_clear(scesim* sim) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().guard.clear_faults();
    return 0;
  });
}

int scesim_write32(scesim* sim, uint32_t offset, uint32_t value) {
  return protect(sim, -1, true, [&] { return sim->simulation.write32(offset, value) ? 0 : -1; });
}

int scesim_read32(scesim* sim, uint32_t offset, uint32_t* value) {
  return protect(sim, -1, true, [&] { return sim->simulation.read32(offset, *value) ? 0 : -1; });
}

uint64_t scesim_run(scesim* sim, uint64_t edges, int until_irq) {
  return protect(sim, uint64_t{0}, true,
                 [&] { return sim->simulation.run(edges, until_irq != 0); });
}
int scesim_irq(const scesim* sim) { return sim->simulation.irq(); }
uint64_t scesim_edge(const scesim* sim) { return sim->simulation.edge(); }
void scesim_clock_bare(scesim* sim, uint64_t edges) {
  protect(sim, 0, true, [&] {
    sim->simulation.clock_bare(edges);
    return 0;
  });
}

int scesim_get_traffic(const scesim* sim, int port, scesim_traffic* traffic) {
  if (port < 0 || port >= SCESIM_PORTS) return -1;
  *traffic = sim->simulation.port(port).traffic();
  return 0;
}

int scesim_record(scesim* sim, uint64_t room) {
  return refusing(sim, [&]() -> int {
    sim->simulation.fabric().recorder.restart(room);
    return 0;
  });
}

uint64_t scesim_events(const scesim* sim, const scesim_event** events) {
  const auto& recorded = sim->simulation.fabric().recorder.events();
  *events = recorded.data();
  return recorded.size();
}

uint64_t scesim_events_lost(const scesim* sim) { return sim->simulation.fabric().recorder.lost(); }

int scesim_waves_open(scesim* sim, const char* path) {
  return refusing(sim, [&] { return sim->simulation.open_waves(path) ? 0 : -1; });
}

int scesim_waves_close(scesim* sim) {
  return refusing(sim, [&] { return sim->simulation.close_waves() ? 0 : -1; });
}
