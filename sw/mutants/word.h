// 512 bits at once, and what a mutant makes of them.
#pragma once

#include <cstdint>

using Word = uint64_t __attribute__((vector_size(64)));
constexpr unsigned kBits = 512, kWords = 8;
constexpr uint64_t kOnes = ~uint64_t{0};

// A literal is twice a node, plus one for its complement.
using Literal = uint32_t;

enum : uint8_t { kInverted = 0, kZero = 1, kOne = 2, kByZero = 3, kByOne = 4 };  // modes

// A mutant changes a node; `control` is the node that says where, 0 for none, and `end` the last
// node of the port.
struct Fault {
  uint32_t node, mode, control, end;
};

inline Word broadcast(bool bit) {
  const uint64_t word = bit ? kOnes : 0;
  return Word{word, word, word, word, word, word, word, word};
}

inline bool any(const Word& word) {
  uint64_t found = 0;
  for (unsigned i = 0; i < kWords; ++i) found |= word[i];
  return found != 0;
}

inline Word changed(uint32_t mode, const Word& value, const Word& control) {
  switch (mode) {
    case kInverted:
      return ~value;
    case kZero:
      return Word{};
    case kOne:
      return ~Word{};
    case kByZero:
      return value ^ ~control;
    default:
      return value ^ control;
  }
}

// The first bit of a word that has one.
inline unsigned first_of(const Word& word) {
  unsigned i = 0;
  while (word[i] == 0) ++i;
  return 64 * i + __builtin_ctzll(word[i]);
}
