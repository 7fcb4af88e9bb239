// Timing of a DRAM channel with its controller: banks and rows, FR-FCFS with batches of reading and
// writing, refresh. docs/memory.md.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "memory_timing.h"
#include "sce_dram.h"

namespace sce {

class Dram final : public MemoryTiming {
 public:
  static constexpr uint32_t kMaxBanks = 64;
  static constexpr uint32_t kColumnClocks = 4;  // BL8 at two transfers per clock

  // `dram` has no problem by sce_sim_dram_problem.
  Dram(const sce_sim_dram& dram, uint32_t port_bytes);

  void accept(Burst& burst, uint64_t cycle) override;
  void tick(uint64_t cycle) override;
  void clear() override;

  const sce_sim_dram_stats& stats() const { return stats_; }

  // Record the commands from now on, as many as there is room for.
  void record(uint64_t capacity);
  const std::vector<sce_dram_command>& commands() const { return commands_; }

 private:
  struct Bank {
    bool open = false;
    uint32_t row = 0;
    uint64_t column = 0;     // clock from which its open row may be accessed
    uint64_t activate = 0;   // clock from which it may be opened
    uint64_t precharge = 0;  // clock from which it may be closed
  };

  struct Column {
    Burst* burst = nullptr;  // of a read; of a write where it is its burst's last column, until it
                             // enters the queue
    uint32_t index = 0;      // within the burst
    uint32_t bank = 0;
    uint32_t row = 0;
    uint64_t since = 0;  // clock at which it entered the queue
  };

  struct Fetched {
    uint64_t clock;  // at which its data is at the port
    Burst* burst;
    uint32_t index;
  };

  using Queue = std::vector<Column>;

  uint64_t clock_of(uint64_t cycle) const {
    return (cycle - origin_) * dram_.memory_mhz / dram_.core_mhz;
  }
  uint32_t group_of(uint32_t bank) const { return bank % dram_.bank_groups; }
  bool idle() const {
    return reads_.empty() && writes_.empty() && early_reads_.empty() && early_writes_.empty();
  }
  Column locate(uint32_t address) const;
  void advance(uint64_t clock);
  void rest(uint64_t clock);
  void step();
  void admit();
  void enter(Queue& queue, const Column& column);
  void deliver(uint64_t clock);
  void refresh();
  void choose_direction();
  void turn_around(bool writing);
  bool issue_column(Queue& queue);
  bool issue_row(const Queue& queue, uint64_t& banks, bool spare_hits);
  void access(const Column& column);
  void activate(uint32_t bank, uint32_t row);
  void precharge(uint32_t bank);
  void note(uint32_t kind, uint32_t bank) {
    if (commands_.size() < capacity_)
      commands_.push_back({clock_, kind, bank, banks_[bank].row, 0});
  }
  uint64_t activate_from(uint32_t bank) const;
  uint32_t considered(const Queue& queue) const;

  const sce_sim_dram dram_;
  const uint32_t port_bytes_;
  const uint32_t column_bytes_;
  const uint32_t banks_in_use_;
  sce_sim_dram_stats stats_{};

  bool started_ = false;
  uint64_t origin_ = 0;  // cycle in which clock 0 is: the first burst's
  uint64_t cycle_ = 0;
  uint64_t clock_ = 0;
  std::array<Bank, kMaxBanks> banks_{};
  std::array<std::array<uint64_t, kMaxBanks>, 2> access_from_{};  // by direction and bank group
  std::array<uint64_t, kMaxBanks> activated_from_{};              // by bank group, from tRRD
  std::array<uint64_t, 4> activations_{};  // the last four, for tFAW: clock + 1, or 0
  uint32_t activation_ = 0;
  uint64_t refresh_due_ = 0;
  bool writing_ = false;
  uint32_t served_ = 0;  // columns since the last turnaround
  Queue reads_, writes_;
  std::deque<Column> early_reads_, early_writes_;  // accepted, but not yet in the queue
  std::deque<Fetched> fetched_;
  std::vector<sce_dram_command> commands_;
  uint64_t capacity_ = 0;
};

}  // namespace sce
