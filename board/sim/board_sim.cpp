// SPDX-License-Identifier: Apache-2.0
// The board ULX3S at its pins: the Verilated module ulx3s, and at its serial pins a UART that works
// bit by bit. Time passes in sce_board_run alone.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

namespace {

constexpr unsigned kBitsOfByte = 10;  // start, eight data bits, stop

class Uart {
 public:
  explicit Uart(unsigned divisor) : divisor_(divisor) {}

  // What the far end drives in the next cycle.
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

  // What the board drove in this cycle.
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
  explicit Board(unsigned divisor) : top(&context), uart(divisor) {}
  VerilatedContext context;
  Vtop top;
  Uart uart;
};

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void* sce_board_create(uint32_t divisor) {
  auto board = std::make_unique<Board>(divisor);
  board->top.ftdi_txd = 1;
  board->top.btn = 0;
  board->top.eval();
  return board.release();
}

EXPORT void sce_board_free(void* handle) { delete static_cast<Board*>(handle); }

// Queues bytes for the board, which come to its pin one after the other as time passes.
EXPORT void sce_board_send(void* handle, const uint8_t* bytes, uint32_t count) {
  auto& queue = static_cast<Board*>(handle)->uart.to_board;
  queue.insert(queue.end(), bytes, bytes + count);
}

// Bytes that are still queued.
EXPORT uint32_t sce_board_queued(const void* handle) {
  return static_cast<const Board*>(handle)->uart.to_board.size();
}

// Takes up to `room` bytes that came from the board; returns how many.
EXPORT uint32_t sce_board_take(void* handle, uint8_t* bytes, uint32_t room) {
  auto& queue = static_cast<Board*>(handle)->uart.from_board;
  uint32_t count = 0;
  for (; count < room && !queue.empty(); ++count) {
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
    board.top.clk_25mhz = 1;
    board.top.eval();
    board.uart.sample(board.top.ftdi_rxd);
    board.top.clk_25mhz = 0;
    board.top.eval();
  }
}
