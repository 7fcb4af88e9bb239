// 512 machines beside one another, a bit of a word for each: 511 mutants and, in the last bit, the
// netlist itself.
#pragma once

#include <cstdint>
#include <vector>

#include "word.h"

constexpr unsigned kItself = kBits - 1;

using Nodes = std::vector<uint32_t>;

inline bool bit_of(const Word& word, unsigned machine) {
  return word[machine / 64] >> machine % 64 & 1;
}

inline Word ones_at(unsigned machine) {
  Word word{};
  word[machine / 64] = uint64_t{1} << machine % 64;
  return word;
}

// The machines in which a word differs from the netlist itself.
inline Word apart(const Word& word) { return word ^ broadcast(bit_of(word, kItself)); }

// Takes a list, which stands behind its length.
inline Nodes nodes_of(const uint32_t*& list) {
  const uint32_t number = *list++;
  Nodes nodes(list, list + number);
  list += number;
  return nodes;
}

// Calls `each` with every number that some nodes are, and the machines in which they are it. Others
// than `machines` may be left out.
template <typename Each>
void each_number(const Nodes& nodes, const std::vector<Word>& values, Word machines, Each each) {
  Word others{};
  uint32_t own = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    others |= apart(values[nodes[i]]);
    own |= uint32_t{bit_of(values[nodes[i]], kItself)} << i;
  }
  others &= machines;
  each(own, ~others);
  while (any(others)) {
    const unsigned machine = first_of(others);
    Word mask = others;
    uint32_t number = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const bool one = bit_of(values[nodes[i]], machine);
      mask &= values[nodes[i]] ^ broadcast(!one);
      number |= uint32_t{one} << i;
    }
    each(number, mask);
    others &= ~mask;
  }
}
