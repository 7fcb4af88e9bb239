// SPDX-License-Identifier: Apache-2.0
// The board's SDRAM chip at its pins: 4 banks of 8,192 rows of 512 words of 16 bits, with a burst
// length of one. Each command is checked against the times of the data sheets; for each time the
// slowest of the boards' chips counts (MT48LC16M16A2-75, AS4C16M16SA-7, IS42S16160G-7).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sce {

// The levels of the pins before a rising edge of the chip's clock.
struct SdramPins {
  bool cke, cs_n, ras_n, cas_n, we_n;
  uint8_t ba, dm;
  uint16_t a, dq;
};

struct SdramCounts {
  uint64_t cycles, reads, writes, activates, refreshes;
};

class SdramChip {
 public:
  explicit SdramChip(double mhz) : ns_(1000 / mhz), words_(size_t{1} << 24) {}

  // A rising edge; afterwards the chip drives `dq`, if `driving`, until the next edge.
  void clock(const SdramPins& pins) {
    ++counts.cycles;
    drove_ = driving;
    driving = reading_[0].valid;  // from one edge before the data are due
    dq = reading_[0].word;
    reading_[0] = reading_[1];
    reading_[1] = {};
    if (pins.cke && !pins.cs_n) command(pins);
    // Up to 8 refreshes may be postponed.
    if (ready_ && now() - start_ > (counts.refreshes + 8) * kRefi) fail("tREFI");
  }

  bool driving = false;
  uint16_t dq = 0;
  SdramCounts counts{};
  std::string fault;  // the first fault, empty if there was none
  uint64_t faults = 0;

  std::vector<uint16_t>& words() { return words_; }

 private:
  struct Bank {
    bool open = false;
    uint16_t row = 0;
    double activated = -1e9, precharged = -1e9, written = -1e9;
  };
  struct Read {
    bool valid = false;
    uint16_t word = 0;
  };

  static constexpr double kRcd = 20, kRp = 20, kRas = 45, kRc = 67.5, kRfc = 70, kRrd = 15;
  static constexpr double kWr = 15, kRefi = 64e6 / 8192, kPowerUp = 200e3;
  static constexpr int kMrdCycles = 2;

  double now() const { return counts.cycles * ns_; }

  void fail(const char* what) {
    if (faults++ == 0) fault = std::string(what) + " at cycle " + std::to_string(counts.cycles);
  }

  // A command must come at least `least` ns after `then`; a picosecond is allowed for rounding.
  void after(double then, double least, const char* what) {
    if (now() - then < least - 1e-3) fail(what);
  }

  void command(const SdramPins& pins) {
    const unsigned code = pins.ras_n << 2 | pins.cas_n << 1 | static_cast<unsigned>(pins.we_n);
    if (code == 7) return;
    after(0, kPowerUp, "a command before power-up is over");
    after(refreshed_, kRfc, "tRFC");
    after(mode_set_, kMrdCycles * ns_, "tMRD");
    Bank& bank = banks_[pins.ba];
    switch (code) {
      case 3:
        return activate(bank, pins);
      case 5:
        return read(bank, pins);
      case 4:
        return write(bank, pins);
      case 2:
        return precharge(pins);
      case 1:
        return refresh();
      case 0:
        return set_mode(pins);
      default:
        fail("a command that the controller has no use for");
    }
  }

  void activate(Bank& bank, const SdramPins& pins) {
    if (!ready_) fail("ACTIVATE before the mode register is set");
    if (bank.open) fail("ACTIVATE of an open bank");
    after(bank.precharged, kRp, "tRP");
    after(bank.activated, kRc, "tRC");
    for (const Bank& other : banks_) after(other.activated, kRrd, "tRRD");
    bank.open = true;
    bank.row = pins.a;
    bank.activated = now();
    ++counts.activates;
  }

  size_t place(const Bank& bank, const SdramPins& pins) const {
    return (size_t{bank.row} * 4 + pins.ba) * 512 + pins.a % 512;
  }

  void access(const Bank& bank) {
    if (!bank.open) fail("READ or WRITE of a closed bank");
    after(bank.activated, kRcd, "tRCD");
  }

  void read(Bank& bank, const SdramPins& pins) {
    access(bank);
    if (pins.dm != 0) fail("DQM in a read");
    reading_[latency_ - 2] = {true, words_[place(bank, pins)]};
    ++counts.reads;
    if (pins.a >> 10 & 1) close(bank, now());
  }

  // Data and mask come with the command: the chip must not drive the pins up to this edge.
  void write(Bank& bank, const SdramPins& pins) {
    access(bank);
    if (drove_) fail("a WRITE while the chip drives DQ");
    uint16_t& word = words_[place(bank, pins)];
    const uint16_t kept = (pins.dm & 1 ? 0x00FF : 0) | (pins.dm & 2 ? 0xFF00 : 0);
    word = (word & kept) | (pins.dq & ~kept);
    bank.written = now();
    ++counts.writes;
    if (pins.a >> 10 & 1) close(bank, std::max(now() + kWr, bank.activated + kRas));
  }

  void close(Bank& bank, double when) {
    bank.open = false;
    bank.precharged = std::max(when, bank.activated + kRas);
  }

  void precharge(const SdramPins& pins) {
    for (unsigned k = 0; k < 4; ++k) {
      Bank& bank = banks_[k];
      if (!(pins.a >> 10 & 1) && k != pins.ba) continue;
      if (bank.open) {
        after(bank.activated, kRas, "tRAS");
        after(bank.written, kWr, "tWR");
      }
      bank.open = false;
      bank.precharged = now();
    }
  }

  void refresh() {
    for (const Bank& bank : banks_) {
      if (bank.open) fail("REFRESH with an open bank");
      after(bank.precharged, kRp, "tRP");
    }
    refreshed_ = now();
    ++counts.refreshes;
  }

  void set_mode(const SdramPins& pins) {
    if (!ready_ && counts.refreshes < 8) fail("fewer than 8 refreshes before the mode register");
    for (const Bank& bank : banks_) {
      if (bank.open) fail("LOAD MODE with an open bank");
      after(bank.precharged, kRp, "tRP");
    }
    latency_ = pins.a >> 4 & 7;
    if ((pins.a & 15) != 0) fail("a burst length other than 1");
    if (latency_ != 2 && latency_ != 3) fail("a CAS latency other than 2 or 3");
    latency_ = latency_ == 3 ? 3 : 2;
    mode_set_ = start_ = now();
    counts.refreshes = 0;
    ready_ = true;
  }

  double ns_;
  std::vector<uint16_t> words_;
  std::array<Bank, 4> banks_;
  std::array<Read, 2> reading_{};
  double refreshed_ = -1e9, mode_set_ = -1e9, start_ = 0;
  unsigned latency_ = 2;
  bool ready_ = false;
  bool drove_ = false;
};

}  // namespace sce
