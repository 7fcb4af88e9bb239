// Mutants of gates without registers: 512 patterns of every node at once, first of the netlist
// itself, then of each mutant only what differs from it, up to the first output that does.
//
//     good values ──► change one node ──► what follows, as far as it differs ──► an output: killed
//                                                                           └──► none: undo

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "fanout.h"
#include "word.h"

namespace {

enum : uint32_t { kCopy = 0, kAnd = 1, kXor = 2, kMux = 3 };  // mux: b where a is 1, else c

struct Gate {
  uint32_t kind;
  Literal a, b, c;
};

// Nodes that wait, by two levels of bits, so that the next one is found at once.
class Waiting {
 public:
  explicit Waiting(uint32_t count) : low_(count / 64 + 1), high_(count / 4096 + 1) {}

  void add(uint32_t node) {
    low_[node / 64] |= uint64_t{1} << node % 64;
    high_[node / 4096] |= uint64_t{1} << node / 64 % 64;
  }

  // Takes them in their order, also those that `each` adds behind the one that it is given; `each`
  // says whether to go on. Without that all are dropped.
  template <typename Each>
  void drain(Each each) {
    for (size_t h = 0; h < high_.size(); ++h)
      while (high_[h] != 0) {
        const size_t w = h * 64 + __builtin_ctzll(high_[h]);
        if (low_[w] == 0) {
          high_[h] &= high_[h] - 1;
          continue;
        }
        const uint32_t node = w * 64 + __builtin_ctzll(low_[w]);
        low_[w] &= low_[w] - 1;
        if (!each(node)) return drop(h);
      }
  }

 private:
  std::vector<uint64_t> low_, high_;

  void drop(size_t h) {
    for (; h < high_.size(); ++h)
      for (; high_[h] != 0; high_[h] &= high_[h] - 1) low_[h * 64 + __builtin_ctzll(high_[h])] = 0;
  }
};

struct Netlist {
  uint32_t first, count;  // the first node that is no input, and all nodes
  std::vector<Gate> gates;
  std::vector<Literal> outputs;
  Fanout fanout;
  std::vector<uint8_t> seen;  // of each node: the classes of the outputs that it is
  std::vector<Word> values;
  Waiting waiting;
  std::vector<std::pair<uint32_t, Word>> undo;

  Netlist(uint32_t inputs, uint32_t nodes)
      : first(inputs), count(nodes), gates(nodes), seen(nodes), values(nodes), waiting(nodes) {}

  Word literal(Literal l) const { return values[l >> 1] ^ broadcast(l & 1); }

  Word value(uint32_t node) const {
    const Gate& gate = gates[node];
    const Word x = literal(gate.a);
    switch (gate.kind) {
      case kAnd:
        return x & literal(gate.b);
      case kXor:
        return x ^ literal(gate.b);
      case kMux:
        return (x & literal(gate.b)) | (~x & literal(gate.c));
      default:
        return x;
    }
  }

  // Calls `each` for every node that a gate needs.
  template <typename Each>
  void needs(const Gate& gate, Each each) const {
    const uint32_t x = gate.a >> 1, y = gate.b >> 1, z = gate.c >> 1;
    each(x);
    if (gate.kind != kCopy && y != x) each(y);
    if (gate.kind == kMux && z != x && z != y) each(z);
  }

  void connect() {
    std::vector<std::pair<uint32_t, uint32_t>> edges;
    for (uint32_t n = first; n < count; ++n)
      needs(gates[n], [&](uint32_t node) { edges.emplace_back(node, n); });
    fanout.connect(count, edges);
    for (uint32_t n = first; n < count; ++n) values[n] = value(n);
  }

  void follow(uint32_t node) {
    for (const uint32_t to : fanout.of(node)) waiting.add(to);
  }

  // Evaluates what waits; `keep` gets the nodes that change and says whether to go on.
  template <typename Keep>
  void settle(Keep keep) {
    waiting.drain([&](uint32_t node) {
      const Word now = value(node);
      if (!any(now ^ values[node])) return true;
      if (!keep(node)) return false;
      values[node] = now;
      follow(node);
      return true;
    });
  }

  void set_input(uint32_t input, const Word& value) {
    if (!any(values[1 + input] ^ value)) return;
    values[1 + input] = value;
    follow(1 + input);
  }

  // Events while few nodes change; from where there are many on, every node in its turn is cheaper.
  void settle_inputs() {
    uint32_t changes = 0, last = 0;
    settle([&](uint32_t node) {
      last = node;
      return ++changes < count / 16;
    });
    if (changes < count / 16) return;
    for (uint32_t node = last; node < count; ++node) values[node] = value(node);
  }

  // Takes the patterns of a batch, a word for each input; returns those of the next one.
  const uint64_t* take(const uint64_t* patterns) {
    for (uint32_t i = 0; i + 1 < first; ++i, patterns += kWords) {
      Word word;
      std::memcpy(&word, patterns, sizeof word);
      set_input(i, word);
    }
    settle_inputs();
    return patterns;
  }

  // The classes of outputs in which a mutant differs, up to the first of `stop`.
  uint8_t differs(const Fault& fault, uint8_t stop) {
    const Word now = changed(fault.mode, values[fault.node], values[fault.control]);
    undo.clear();
    if (!any(now ^ values[fault.node])) return 0;
    uint8_t found = seen[fault.node];
    if (found & stop) return found;
    undo.emplace_back(fault.node, values[fault.node]);
    values[fault.node] = now;
    follow(fault.node);
    settle([&](uint32_t node) {
      found |= seen[node];
      if (found & stop) return false;
      undo.emplace_back(node, values[node]);
      return true;
    });
    for (const auto& [node, value] : undo) values[node] = value;
    return found;
  }

  void judge(const Fault* faults, uint32_t number, uint8_t stop, uint8_t* found) {
    for (uint32_t i = 0; i < number; ++i)
      if (!(found[i] & stop)) found[i] |= differs(faults[i], stop);
  }
};

// Bit i of the number of each of 512 patterns in a row.
Word counting(unsigned bit, uint64_t batch) {
  static constexpr uint64_t kPatterns[6] = {0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC,
                                            0xF0F0F0F0F0F0F0F0, 0xFF00FF00FF00FF00,
                                            0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
  Word word{};
  for (unsigned i = 0; i < kWords; ++i)
    word[i] = bit < 6   ? kPatterns[bit]
              : bit < 9 ? (i >> (bit - 6) & 1 ? kOnes : 0)
                        : (batch >> (bit - 9) & 1 ? kOnes : 0);
  return word;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

// `count` nodes, `first` of them false and the inputs; the others are gates of `kinds` with up to
// three literals. NULL if memory ran out.
void* sce_gates_create(uint32_t first, uint32_t count, const uint8_t* kinds, const uint32_t* a,
                       const uint32_t* b, const uint32_t* c, uint32_t outputs,
                       const uint32_t* literals, const uint8_t* classes) try {
  auto netlist = std::make_unique<Netlist>(first, count);
  for (uint32_t i = 0; first + i < count; ++i)
    netlist->gates[first + i] = {kinds[i], a[i], b[i], c[i]};
  netlist->outputs.assign(literals, literals + outputs);
  for (uint32_t i = 0; i < outputs; ++i) netlist->seen[literals[i] >> 1] |= classes[i];
  netlist->connect();
  return netlist.release();
} catch (const std::bad_alloc&) {
  return nullptr;
}

void sce_gates_free(void* handle) { delete static_cast<Netlist*>(handle); }

// Batches of 512 patterns, a row of words for each input of each batch. `found` gets the classes in
// which each mutant differs; one that differs in a class of `stop` is done. `due`, if it is there,
// gets the outputs of the netlist itself.
void sce_gates_patterns(void* handle, const uint64_t* patterns, uint64_t batches,
                        const Fault* faults, uint32_t count, uint8_t stop, uint8_t* found,
                        uint64_t* due) {
  Netlist& netlist = *static_cast<Netlist*>(handle);
  for (uint64_t batch = 0; batch < batches; ++batch) {
    patterns = netlist.take(patterns);
    for (size_t i = 0; due != nullptr && i < netlist.outputs.size(); ++i, due += kWords) {
      const Word word = netlist.literal(netlist.outputs[i]);
      std::memcpy(due, &word, sizeof word);
    }
    netlist.judge(faults, count, stop, found);
  }
}

// Marks, in a row of bytes for each mutant, the nodes in which it differs for any of the patterns.
void sce_gates_reach(void* handle, const uint64_t* patterns, uint64_t batches, const Fault* faults,
                     uint32_t count, uint8_t* marks) {
  Netlist& netlist = *static_cast<Netlist*>(handle);
  for (uint64_t batch = 0; batch < batches; ++batch) {
    patterns = netlist.take(patterns);
    for (uint32_t i = 0; i < count; ++i) {
      netlist.differs(faults[i], 0);
      uint8_t* row = marks + size_t{i} * netlist.count;
      for (const auto& changed : netlist.undo) row[changed.first] = 1;
    }
  }
}

// All patterns from number 512 * batch on: bit i of the number is the input order[i], the others
// keep what they were given last.
void sce_gates_count(void* handle, const uint32_t* order, uint32_t bits, uint64_t batch,
                     uint64_t batches, const Fault* faults, uint32_t count, uint8_t stop,
                     uint8_t* found) {
  Netlist& netlist = *static_cast<Netlist*>(handle);
  for (uint64_t end = batch + batches; batch < end; ++batch) {
    for (uint32_t i = 0; i < bits; ++i) netlist.set_input(order[i], counting(i, batch));
    netlist.settle_inputs();
    netlist.judge(faults, count, stop, found);
  }
}

}  // extern "C"
#pragma GCC visibility pop
