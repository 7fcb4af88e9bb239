#include "dram.h"

#include <algorithm>

namespace sce {

namespace {

constexpr uint64_t kNever = ~uint64_t{0};

// Columns that may wait in front of a queue before the port stops taking bursts: those of a page.
constexpr uint32_t kEarlyColumns = 64;

}  // namespace

Dram::Dram(const sce_sim_dram& dram, uint32_t port_bytes)
    : dram_(dram),
      port_bytes_(port_bytes),
      column_bytes_(8 * dram.bus_bytes),
      banks_in_use_(dram.bank_groups * dram.banks_per_group) {
  ticks = true;
  in_order = false;
  clear();
}

void Dram::clear() {
  started_ = false;
  clock_ = origin_ = cycle_ = 0;
  banks_.fill(Bank());
  for (auto& direction : access_from_) direction.fill(0);
  activated_from_.fill(0);
  activations_.fill(0);
  refresh_due_ = dram_.trefi == 0 ? kNever : dram_.trefi;
  writing_ = false;
  served_ = 0;
  reads_.clear();
  writes_.clear();
  early_reads_.clear();
  early_writes_.clear();
  fetched_.clear();
  room_reads = room_writes = true;
  stats_ = {};
}

// Row, bank, column, bank group from the most significant bit on. A column follows the last in
// another bank group, where the next access may come sooner; the bank is permuted by the row's
// bits, so that arrays at a distance of a power of two do not meet in a bank.
Dram::Column Dram::locate(uint32_t address) const {
  const uint32_t columns = dram_.row_bytes / column_bytes_;
  uint32_t rest = (address - dram_.base) / column_bytes_;
  const uint32_t group = rest % dram_.bank_groups;
  rest /= dram_.bank_groups * columns;
  const uint32_t bank = rest % dram_.banks_per_group;
  const uint32_t row = rest / dram_.banks_per_group;
  uint32_t fold = 0;
  if (dram_.banks_per_group > 1)
    for (uint32_t bits = row; bits != 0; bits /= dram_.banks_per_group)
      fold ^= bits % dram_.banks_per_group;
  Column column;
  column.bank = (bank ^ fold) * dram_.bank_groups + group;
  column.row = row;
  return column;
}

void Dram::record(uint64_t capacity) {
  commands_.clear();
  capacity_ = capacity;
}

void Dram::accept(Burst& burst, uint64_t cycle) {
  if (!started_) {
    started_ = true;
    origin_ = cycle;
  }
  if (burst.address - dram_.base >= dram_.size) {  // not in the DRAM
    burst.ready = cycle + 1 + dram_.sram_latency;
    burst.beats_ready = burst.beats;
    return;
  }
  cycle_ = cycle;
  advance(clock_of(cycle));
  burst.ready = burst.write ? kNever : 0;
  const uint32_t first = burst.address / column_bytes_;
  const uint32_t last = (burst.address + burst.beats * port_bytes_ - 1) / column_bytes_;
  for (uint32_t k = first; k <= last; ++k) {
    Column column = locate(k * column_bytes_);
    column.index = k - first;
    column.burst = !burst.write || k == last ? &burst : nullptr;
    (burst.write ? early_writes_ : early_reads_).push_back(column);
  }
}

void Dram::tick(uint64_t cycle) {
  if (!started_) return;
  cycle_ = cycle;
  const uint64_t clock = clock_of(cycle + 1);
  advance(clock);
  deliver(clock);
  room_reads = early_reads_.size() < kEarlyColumns;
  room_writes = early_writes_.size() < kEarlyColumns;
}

// Bring the memory to the start of `clock`.
void Dram::advance(uint64_t clock) {
  while (clock_ < clock && !idle()) step();
  if (clock_ < clock) rest(clock);
  stats_.clocks = clock_;
}

// Let time pass in which only refreshes are due.
void Dram::rest(uint64_t clock) {
  while (refresh_due_ < clock) {
    const uint64_t due = refresh_due_;
    for (clock_ = std::max(clock_, due); refresh_due_ == due; ++clock_) {
      if (clock_ == clock) return;
      refresh();
    }
  }
  clock_ = std::max(clock_, clock);
}

// One clock: at most one command.
void Dram::step() {
  admit();
  if (clock_ >= refresh_due_) {
    refresh();
  } else {
    choose_direction();
    Queue& queue = writing_ ? writes_ : reads_;
    uint64_t banks = 0;
    if (!issue_column(queue) && !issue_row(queue, banks, true))
      issue_row(writing_ ? reads_ : writes_, banks, false);
  }
  ++clock_;
}

void Dram::admit() {
  for (; !early_reads_.empty() && reads_.size() < dram_.read_queue; early_reads_.pop_front())
    enter(reads_, early_reads_.front());
  for (; !early_writes_.empty() && writes_.size() < dram_.write_queue; early_writes_.pop_front()) {
    enter(writes_, early_writes_.front());
    if (Burst* complete = early_writes_.front().burst) complete->ready = cycle_ + 1;  // posted
  }
}

void Dram::enter(Queue& queue, const Column& column) {
  queue.push_back(column);
  queue.back().since = clock_;
}

void Dram::deliver(uint64_t clock) {
  for (; !fetched_.empty() && fetched_.front().clock <= clock; fetched_.pop_front()) {
    Burst& burst = *fetched_.front().burst;
    burst.fetched |= uint64_t{1} << fetched_.front().index;
    uint32_t columns = 0;
    while (columns < 64 && (burst.fetched >> columns & 1) != 0) ++columns;
    const uint32_t bytes = columns * column_bytes_ - burst.address % column_bytes_;
    burst.beats_ready = std::min<uint32_t>(burst.beats, bytes / port_bytes_);
  }
}

// Close all rows and refresh, each as soon as it may be.
void Dram::refresh() {
  uint64_t from = 0;
  bool open = false;
  for (uint32_t k = 0; k < banks_in_use_; ++k) {
    open |= banks_[k].open;
    from = std::max(from, banks_[k].open ? banks_[k].precharge : 0);
  }
  if (open) {
    if (clock_ < from) return;
    for (uint32_t k = 0; k < banks_in_use_; ++k)
      if (banks_[k].open) precharge(k);
    return;
  }
  for (uint32_t k = 0; k < banks_in_use_; ++k) from = std::max(from, banks_[k].activate);
  if (clock_ < from) return;
  for (Bank& bank : banks_) bank.activate = clock_ + dram_.trfc;
  refresh_due_ += dram_.trefi;
  ++stats_.refreshes;
  note(SCE_DRAM_REFRESH, 0);
}

void Dram::choose_direction() {
  if (writing_) {
    if (!reads_.empty() && (writes_.empty() || served_ >= dram_.write_turn)) turn_around(false);
  } else if (reads_.empty()
                 ? writes_.size() >= dram_.write_low ||
                       (!writes_.empty() && clock_ - writes_.front().since > dram_.age_limit)
                 : served_ >= dram_.read_turn && writes_.size() >= dram_.write_high) {
    turn_around(true);
  }
}

void Dram::turn_around(bool writing) {
  writing_ = writing;
  served_ = 0;
  ++stats_.turns;
}

// How many of the oldest columns may be served now: only the first if it has waited too long.
uint32_t Dram::considered(const Queue& queue) const {
  if (!queue.empty() && clock_ - queue.front().since > dram_.age_limit) return 1;
  return queue.size();
}

// Access the oldest column whose row is open and that can go now.
bool Dram::issue_column(Queue& queue) {
  const uint32_t count = considered(queue);
  for (uint32_t k = 0; k < count; ++k) {
    const Column& column = queue[k];
    const Bank& bank = banks_[column.bank];
    if (!bank.open || bank.row != column.row) continue;
    if (clock_ < bank.column || clock_ < access_from_[writing_][group_of(column.bank)]) continue;
    access(column);
    queue.erase(queue.begin() + k);
    return true;
  }
  return false;
}

void Dram::access(const Column& column) {
  Bank& bank = banks_[column.bank];
  const uint32_t data = (writing_ ? dram_.cwl : dram_.cl) +
                        kColumnClocks;  // clocks from the command to the end of its data
  for (uint32_t group = 0; group < dram_.bank_groups; ++group) {
    const bool same = group == group_of(column.bank);
    const uint64_t next = clock_ + (same ? dram_.tccd_l : dram_.tccd_s);
    const uint64_t turned =
        clock_ + (writing_ ? data + (same ? dram_.twtr_l : dram_.twtr_s) : data + 2 - dram_.cwl);
    access_from_[writing_][group] = std::max(access_from_[writing_][group], next);
    access_from_[!writing_][group] = std::max(access_from_[!writing_][group], turned);
  }
  bank.precharge = std::max(bank.precharge, clock_ + (writing_ ? data + dram_.twr : dram_.trtp));
  ++served_;
  ++(writing_ ? stats_.write_columns : stats_.read_columns);
  note(writing_ ? SCE_DRAM_WRITE : SCE_DRAM_READ, column.bank);
  if (!writing_) fetched_.push_back({clock_ + data + dram_.frontend, column.burst, column.index});
}

// Open or close a row for the oldest column that needs it. `banks` has the banks that older or more
// urgent columns claim. If `spare_hits` is set, a row stays open as long as a column of this queue
// asks for it, unless the oldest has waited too long.
bool Dram::issue_row(const Queue& queue, uint64_t& banks, bool spare_hits) {
  const uint32_t count = considered(queue);
  uint64_t hits = 0;
  for (uint32_t k = 0; k < count; ++k) {
    const Column& column = queue[k];
    if (banks_[column.bank].open && banks_[column.bank].row == column.row)
      hits |= uint64_t{1} << column.bank;
  }
  const uint64_t claimed = banks;
  for (uint32_t k = 0; k < count; ++k) {
    const Column& column = queue[k];
    const uint64_t bit = uint64_t{1} << column.bank;
    banks |= bit;
    if (((spare_hits ? hits : hits | claimed) & bit) != 0) continue;
    hits |= bit;  // only the oldest column of a bank decides
    Bank& bank = banks_[column.bank];
    if (bank.open ? clock_ < bank.precharge : clock_ < activate_from(column.bank)) continue;
    if (bank.open)
      precharge(column.bank);
    else
      activate(column.bank, column.row);
    return true;
  }
  return false;
}

uint64_t Dram::activate_from(uint32_t bank) const {
  const uint64_t oldest = activations_[activation_];
  const uint64_t four = oldest == 0 ? 0 : oldest - 1 + dram_.tfaw;
  return std::max({banks_[bank].activate, activated_from_[group_of(bank)], four});
}

void Dram::activate(uint32_t number, uint32_t row) {
  Bank& bank = banks_[number];
  bank.open = true;
  bank.row = row;
  bank.column = clock_ + dram_.trcd;
  bank.precharge = clock_ + dram_.tras;
  bank.activate = clock_ + dram_.tras + dram_.trp;
  for (uint32_t group = 0; group < dram_.bank_groups; ++group)
    activated_from_[group] = clock_ + (group == group_of(number) ? dram_.trrd_l : dram_.trrd_s);
  activations_[activation_] = clock_ + 1;
  activation_ = (activation_ + 1) % activations_.size();
  ++stats_.activates;
  note(SCE_DRAM_ACTIVATE, number);
}

void Dram::precharge(uint32_t number) {
  Bank& bank = banks_[number];
  note(SCE_DRAM_PRECHARGE, number);
  bank.open = false;
  bank.activate = std::max(bank.activate, clock_ + dram_.trp);
  ++stats_.precharges;
}

}  // namespace sce
