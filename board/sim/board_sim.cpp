// SPDX-License-Identifier: Apache-2.0
// The board ULX3S at its pins: the Verilated module ulx3s, a bit-by-bit UART at its serial pins,
// and its SDRAM chip. Only sce_board_run lets time pass.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "Vtop.h"
#include "sdram_chip.h"
#include "verilated.h"

namespace {

constexpr unsigned kBitsOfByte = 10;  // start, eight data bits, stop

class Uart {
 public:
  explicit Uart(unsigned divisor) : divisor_(divisor) {}

  // The level that the far end drives in the next cycle.
  bool drive() {
    if (bits_left_ == 0 && !to_board.empty()) {
      shift_ = static_cast<unsigned>(to_board.front()) << 1 | 0x200;
      to_board.pop_front();
      bits_left_ = kBitsOfByte;
      drive_timer_ = divisor_;
    }
    const bool line = bits_left_ == 0 || (shift_ & 1);
    if (bits_left_ != 0 && --drive_timer_ == 0) {
      shift_ >>= 1;
      --bits_left_;
      drive_timer_ = divisor_;
    }
    return line;
  }

  // Takes the level that the board drove in this cycle.
  void sample(bool line) {
    if (sampled_ == 0) {
      if (line) return;
      sampled_ = 1;
      sample_timer_ = divisor_ + divisor_ / 2;
      byte_ = 0;
    } else if (--sample_timer_ == 0) {
      sample_timer_ = divisor_;
      if (sampled_ <= 8) {
        byte_ = byte_ >> 1 | (line ? 0x80 : 0);
        ++sampled_;
      } else {
        if (line) from_board.push_back(byte_);
        sampled_ = 0;
      }
    }
  }

  std::deque<uint8_t> to_board, from_board;

 private:
  unsigned divisor_;
  unsigned shift_ = 0, bits_left_ = 0, drive_timer_ = 0;
  unsigned sampled_ = 0, sample_timer_ = 0;
  uint8_t byte_ = 0;
};

struct Board {
  Board(unsigned divisor, double mhz) : top(&context), uart(divisor), chip(mhz) {}

  // Half a period: the chip acts on rising edges of its own clock, on the current levels of its
  // pins.
  void half(bool clk) {
    top.clk_25mhz = clk;
    top.eval();
    if (chip.driving && top.sdram_dq__en != 0) ++conflicts;
    const bool rises = top.sdram_clk && !chip_clk;
    chip_clk = top.sdram_clk;
    if (!rises) return;
    chip.clock({top.sdram_cke != 0, top.sdram_cs_n != 0, top.sdram_ras_n != 0, top.sdram_cas_n != 0,
                top.sdram_we_n != 0, top.sdram_ba, top.sdram_dm, top.sdram_a, top.sdram_dq__out});
    top.sdram_dq = chip.driving ? chip.dq : 0xDEAD;
    top.eval();
  }

  VerilatedContext context;
  Vtop top;
  Uart uart;
  sce::SdramChip chip;
  bool chip_clk = false;
  uint64_t conflicts = 0;  // half periods in which chip and FPGA drove DQ
};

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void* sce_board_create(uint32_t divisor, double mhz) {
  auto board = std::make_unique<Board>(divisor, mhz);
  board->top.ftdi_txd = 1;
  board->top.btn = 0;
  board->top.eval();
  return board.release();
}

EXPORT void sce_board_free(void* handle) { delete static_cast<Board*>(handle); }

// Queues bytes for the board; they reach its pin one after the other as time passes.
EXPORT void sce_board_send(void* handle, const uint8_t* bytes, uint32_t count) {
  auto& queue = static_cast<Board*>(handle)->uart.to_board;
  queue.insert(queue.end(), bytes, bytes + count);
}

// Number of bytes that are still queued.
EXPORT uint32_t sce_board_queued(const void* handle) {
  return static_cast<const Board*>(handle)->uart.to_board.size();
}

// Takes up to `size` bytes that came from the board; returns their number.
EXPORT uint32_t sce_board_take(void* handle, uint8_t* bytes, uint32_t size) {
  auto& queue = static_cast<Board*>(handle)->uart.from_board;
  uint32_t count = 0;
  for (; count < size && !queue.empty(); ++count) {
    bytes[count] = queue.front();
    queue.pop_front();
  }
  return count;
}

EXPORT void sce_board_press(void* handle, int pressed) {
  static_cast<Board*>(handle)->top.btn = pressed;
}

EXPORT uint32_t sce_board_leds(const void* handle) {
  return static_cast<const Board*>(handle)->top.led;
}

EXPORT void sce_board_run(void* handle, uint32_t cycles) {
  auto& board = *static_cast<Board*>(handle);
  for (uint32_t i = 0; i < cycles; ++i) {
    board.top.ftdi_txd = board.uart.drive();
    board.half(true);
    board.uart.sample(board.top.ftdi_rxd);
    board.half(false);
  }
}

// The chip's memory, as 16-bit words; its counts; and the first broken rule, empty if there is
// none.
EXPORT uint16_t* sce_board_words(void* handle) {
  return static_cast<Board*>(handle)->chip.words().data();
}

EXPORT void sce_board_counts(const void* handle, uint64_t counts[5]) {
  const sce::SdramCounts& from = static_cast<const Board*>(handle)->chip.counts;
  const uint64_t all[] = {from.cycles, from.reads, from.writes, from.activates, from.refreshes};
  std::copy(std::begin(all), std::end(all), counts);
}

EXPORT const char* sce_board_fault(const void* handle) {
  const auto& board = *static_cast<const Board*>(handle);
  return board.conflicts != 0 ? "chip and FPGA drive DQ at once" : board.chip.fault.c_str();
}
