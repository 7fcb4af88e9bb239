// Named memories, and the rules for their parameters.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "sce_dram.h"

namespace {

struct Preset {
  const char* name;
  sce_sim_dram dram;
};

// The common part of both presets: a 64-bit channel of one rank of x8 devices with pages of 1 KiB,
// the platforms' DDR window, a unit at 1 GHz, and a controller with queues of 64 columns (4 KiB)
// that writes at least 32 columns (2 KiB) before it turns.
sce_sim_dram channel() {
  sce_sim_dram dram{};
  dram.core_mhz = 1000;
  dram.bus_bytes = 8;
  dram.row_bytes = 8192;
  dram.frontend = 16;
  dram.read_queue = dram.write_queue = 64;
  dram.write_high = 48;
  dram.write_low = 32;
  dram.read_turn = 64;
  dram.write_turn = 32;
  dram.age_limit = 512;
  dram.base = 0x80000000u;
  dram.size = 0x80000000u;
  dram.sram_latency = 10;
  return dram;
}

// DDR3-1600 11-11-11: JESD79-3F and Micron MT41J512M8 (4 Gbit, x8), the device of gem5's
// DDR3_1600_8x8; one clock is 1.25 ns.
sce_sim_dram ddr3_1600() {
  sce_sim_dram dram = channel();
  dram.memory_mhz = 800;
  dram.bank_groups = 1;
  dram.banks_per_group = 8;
  dram.cl = dram.trcd = dram.trp = 11;  // 13.75 ns
  dram.cwl = 8;
  dram.tras = 28;                 // 35 ns
  dram.twr = 12;                  // 15 ns
  dram.trtp = 6;                  // the greater of 4 clocks and 7.5 ns
  dram.trrd_s = dram.trrd_l = 5;  // 6 ns for pages of 1 KiB
  dram.tfaw = 24;                 // 30 ns for pages of 1 KiB
  dram.tccd_s = dram.tccd_l = 4;
  dram.twtr_s = dram.twtr_l = 6;  // 7.5 ns
  dram.trfc = 208;                // 260 ns
  dram.trefi = 6240;              // 7.8 us
  return dram;
}

// DDR4-2400 17-17-17: JESD79-4 and Micron MT40A1G8 (8 Gbit, x8), the device of gem5's
// DDR4_2400_8x8; one clock is 0.833 ns.
sce_sim_dram ddr4_2400() {
  sce_sim_dram dram = channel();
  dram.memory_mhz = 1200;
  dram.bank_groups = 4;
  dram.banks_per_group = 4;
  dram.cl = dram.trcd = dram.trp = 17;  // 14.16 ns
  dram.cwl = 12;
  dram.tras = 39;   // 32 ns
  dram.twr = 18;    // 15 ns
  dram.trtp = 9;    // 7.5 ns
  dram.trrd_s = 4;  // the greater of 4 clocks and 3.3 ns
  dram.trrd_l = 6;  // 4.9 ns
  dram.tfaw = 26;   // 21 ns for pages of 1 KiB
  dram.tccd_s = 4;
  dram.tccd_l = 6;    // 5 ns
  dram.twtr_s = 3;    // 2.5 ns
  dram.twtr_l = 9;    // 7.5 ns
  dram.trfc = 420;    // 350 ns
  dram.trefi = 9360;  // 7.8 us
  return dram;
}

const Preset kPresets[] = {{"ddr3-1600", ddr3_1600()}, {"ddr4-2400", ddr4_2400()}};

bool power_of_two(uint32_t value) { return value != 0 && (value & (value - 1)) == 0; }

bool within(uint32_t value, uint32_t low, uint32_t high) { return low <= value && value <= high; }

}  // namespace

int sce_sim_dram_preset(const char* name, sce_sim_dram* dram) {
  const Preset* found =
      std::find_if(std::begin(kPresets), std::end(kPresets),
                   [&](const Preset& preset) { return std::strcmp(preset.name, name) == 0; });
  if (found == std::end(kPresets)) return -1;
  *dram = found->dram;
  return 0;
}

const char* sce_sim_dram_preset_name(int index) {
  return index >= 0 && index < static_cast<int>(std::size(kPresets)) ? kPresets[index].name
                                                                     : nullptr;
}

uint32_t sce_sim_dram_bytes() { return sizeof(sce_sim_dram); }

const char* sce_sim_dram_problem(const sce_sim_dram* dram) {
  if (!within(dram->memory_mhz, 1, 10000) || !within(dram->core_mhz, 1, 10000))
    return "a clock must be 1 to 10000 MHz";
  if (!power_of_two(dram->bus_bytes) || !within(dram->bus_bytes, 4, 64))
    return "bus_bytes must be 4, 8, 16, 32 or 64";
  if (8 * dram->bus_bytes < 64)
    return "a column (8 bus words) must be 64 bytes or more: a page of 4 KiB has at most 64";
  if (!power_of_two(dram->bank_groups) || !power_of_two(dram->banks_per_group))
    return "banks and bank groups must be powers of two";
  if (static_cast<uint64_t>(dram->bank_groups) * dram->banks_per_group > 64)
    return "there must be 1 to 64 banks";
  if (!power_of_two(dram->row_bytes) || !within(dram->row_bytes, 8 * dram->bus_bytes, 1u << 20))
    return "row_bytes must be a power of two, from one column to 1 MiB";
  const uint32_t times[] = {dram->cl,     dram->cwl,    dram->trcd,   dram->trp,    dram->tras,
                            dram->twr,    dram->trtp,   dram->trrd_s, dram->trrd_l, dram->tfaw,
                            dram->tccd_s, dram->tccd_l, dram->twtr_s, dram->twtr_l};
  if (std::any_of(std::begin(times), std::end(times),
                  [](uint32_t time) { return !within(time, 1, 1000); }))
    return "every timing parameter must be 1 to 1000 clocks";
  if (dram->tccd_s < 4 || dram->tccd_l < dram->tccd_s)
    return "tccd_s must be 4 clocks or more, and tccd_l no less";
  if (dram->cwl > dram->cl) return "cwl must be no more than cl";
  if (!within(dram->trfc, 1, 10000)) return "trfc must be 1 to 10000 clocks";
  if (dram->trefi != 0 &&
      !within(dram->trefi, dram->trfc + dram->tras + 2 * dram->trp + 100, 1000000))
    return "trefi must be 0, for no refresh, or leave time for more than refreshing";
  if (dram->frontend > 10000) return "frontend must be 0 to 10000 clocks";
  if (!within(dram->read_queue, 1, 256) || !within(dram->write_queue, 1, 256))
    return "a queue must have 1 to 256 columns";
  if (!within(dram->write_low, 1, dram->write_queue) ||
      !within(dram->write_high, 1, dram->write_queue))
    return "write_low and write_high must be 1 to write_queue";
  if (!within(dram->read_turn, 1, 1u << 20) || !within(dram->write_turn, 1, 1u << 20))
    return "a turn must be 1 column or more";
  if (!within(dram->age_limit, 1, 1u << 20)) return "age_limit must be 1 to 1048576 clocks";
  const uint32_t stride = dram->row_bytes * dram->bank_groups;
  if (dram->size == 0 || dram->base % stride != 0 ||
      static_cast<uint64_t>(dram->base) + dram->size > uint64_t{1} << 32)
    return "base must be a multiple of a row of every bank group, and the DRAM must lie inside the "
           "32-bit address space";
  if (dram->sram_latency > 10000) return "sram_latency must be 0 to 10000 cycles";
  return nullptr;
}
