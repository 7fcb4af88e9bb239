// A lane of 512 machines, any pipeline: what it gives is some function of a pair, so that another
// pair gives another result. Reset empties it.
#pragma once

#include <cstdint>
#include <vector>

#include "machine.h"

// What comes of a pair in a lane, for want of its gates: a mixer with the constants of SplitMix64
// (Steele, Lea and Flood, OOPSLA 2014).
inline uint64_t mixed(uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

struct Lane {
  const uint32_t depth;
  const Nodes reset, valid, payload, result, result_valid;
  std::vector<Word> stages;  // of each: whether it is full, then the bits of what will come out

  // From its cycles and the nodes of its ports.
  explicit Lane(const uint32_t*& list)
      : depth(*list++),
        reset(nodes_of(list)),
        valid(nodes_of(list)),
        payload(nodes_of(list)),
        result(nodes_of(list)),
        result_valid(nodes_of(list)),
        stages(size_t{depth} * (1 + result.size())) {}

  // One edge of the clock; calls `give` with nodes and what they then have.
  template <typename Give>
  void shift(const std::vector<Word>& values, const Word& alive, Give give) {
    Word* stage = at(head_);
    head_ = (head_ + 1) % depth;
    const Word cleared = values[reset[0]];
    const Word full = values[valid[0]] & ~cleared;
    if (any(cleared))
      for (uint32_t i = 0; i < depth; ++i) at(i)[0] &= ~cleared;
    // This stage was filled `depth` edges ago.
    stage[0] = full;
    if (any(full)) fill(stage + 1, full & alive, values);
    const Word* leaving = at(head_);
    if (!result_valid.empty()) give(result_valid[0], leaving[0]);
    if (!any(leaving[0])) return;
    for (size_t bit = 0; bit < result.size(); ++bit) give(result[bit], leaving[1 + bit]);
  }

 private:
  uint32_t head_ = 0;

  Word* at(uint32_t i) { return &stages[size_t{i} * (1 + result.size())]; }

  // The results of the pairs; of `machines` those that have another pair than the netlist itself.
  void fill(Word* bits, const Word& machines, const std::vector<Word>& values) const {
    uint64_t own = 0;
    Word others{};
    for (size_t i = 0; i < payload.size(); ++i) {
      own |= uint64_t{bit_of(values[payload[i]], kItself)} << i;
      others |= apart(values[payload[i]]);
    }
    own = mixed(own);
    for (size_t bit = 0; bit < result.size(); ++bit) bits[bit] = broadcast(own >> bit & 1);
    for (others &= machines; any(others);) {
      const unsigned machine = first_of(others);
      const Word mask = ones_at(machine);
      others &= ~mask;
      uint64_t pair = 0;
      for (size_t i = 0; i < payload.size(); ++i)
        pair |= uint64_t{bit_of(values[payload[i]], machine)} << i;
      pair = mixed(pair);
      for (size_t bit = 0; bit < result.size(); ++bit)
        bits[bit] = (bits[bit] & ~mask) | (broadcast(pair >> bit & 1) & mask);
    }
  }
};
