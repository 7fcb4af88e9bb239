// Mutants of a netlist of gates and pins, without a model of each: 512 values of every node at once.
//
// Of a pipeline without registers, 512 pairs at a time: the lane itself first, then of each mutant
// only what differs from it, up to the first output that does.
//
//     good values ──► change one pin ──► what follows, as far as it differs ──► an output: killed
//                                                                          └──► none: undo
//
// With registers, 512 mutants at a time, each in a bit of its own, all with the same inputs.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "word.h"

namespace {

enum : uint8_t { kAnd = 0, kPin = 1, kRegister = 2 };

struct Graph {
  uint32_t first, count;  // the first node that is no input, and all nodes
  std::vector<uint8_t> kinds;
  std::vector<Literal> a, b;
  std::vector<Literal> outputs;
  std::vector<uint8_t> classes;             // of each output: bits of what it belongs to
  std::vector<uint32_t> fanout_at, fanout;  // of node n: fanout[fanout_at[n] .. fanout_at[n + 1]]
  std::vector<uint8_t> seen;                // of each node: the classes of the outputs that it is
  std::vector<Word> values;
  std::vector<uint64_t> dirty;
  size_t last_dirty = 0;  // no word of `dirty` behind this one is set
  std::vector<std::pair<uint32_t, Word>> undo;

  const Word& operator[](uint32_t node) const { return values[node]; }

  Word literal(Literal l) const {
    const Word mask = broadcast(l & 1);
    return values[l >> 1] ^ mask;
  }

  // The value of a node from what it needs; a register is a wire.
  Word value(uint32_t node) const {
    const uint32_t i = node - first;
    const Word x = literal(a[i]);
    return kinds[i] == kAnd ? x & literal(b[i]) : x;
  }

  void follow(uint32_t node) {
    for (uint32_t i = fanout_at[node]; i < fanout_at[node + 1]; ++i) {
      dirty[fanout[i] / 64] |= uint64_t{1} << fanout[i] % 64;
      last_dirty = std::max<size_t>(last_dirty, fanout[i] / 64);
    }
  }

  // Evaluates what has become dirty; `keep` gets the nodes that change and says whether to go on.
  template <typename Keep>
  void settle(uint32_t from, Keep keep) {
    for (size_t w = from / 64; w <= last_dirty; ++w)
      while (dirty[w] != 0) {
        const uint32_t node = w * 64 + __builtin_ctzll(dirty[w]);
        dirty[w] &= dirty[w] - 1;
        const Word now = value(node);
        if (!any(now ^ values[node])) continue;
        if (!keep(node)) {
          std::fill(dirty.begin() + w, dirty.begin() + last_dirty + 1, 0);
          last_dirty = 0;
          return;
        }
        values[node] = now;
        follow(node);
      }
    last_dirty = 0;
  }

  void set_input(uint32_t input, const Word& value) {
    if (!any(values[1 + input] ^ value)) return;
    values[1 + input] = value;
    follow(1 + input);
  }

  // Events while few nodes change; from where there are many on, every node in its turn is cheaper.
  void settle_inputs() {
    uint32_t changes = 0, last = 0;
    settle(0, [&](uint32_t node) {
      last = node;
      return ++changes < count / 32;
    });
    if (changes < count / 32) return;
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
    settle(fault.node, [&](uint32_t node) {
      found |= seen[node];
      if (found & stop) return false;
      undo.emplace_back(node, values[node]);
      return true;
    });
    for (const auto& [node, value] : undo) values[node] = value;
    return found;
  }

  void evaluate_all() {
    for (uint32_t node = first; node < count; ++node) values[node] = value(node);
    std::fill(dirty.begin(), dirty.end(), 0);
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

void judge(Graph& graph, const Fault* faults, uint32_t count, uint8_t stop, uint8_t* found) {
  for (uint32_t i = 0; i < count; ++i)
    if (!(found[i] & stop)) found[i] |= graph.differs(faults[i], stop);
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

// A graph of `count` nodes, `first` of them false and the inputs. NULL if memory ran out.
void* sce_pins_create(uint32_t first, uint32_t count, const uint8_t* kinds, const uint32_t* a,
                      const uint32_t* b, uint32_t outputs, const uint32_t* literals,
                      const uint8_t* classes) try {
  auto graph = std::make_unique<Graph>();
  const uint32_t inner = count - first;
  graph->first = first;
  graph->count = count;
  graph->kinds.assign(kinds, kinds + inner);
  graph->a.assign(a, a + inner);
  graph->b.assign(b, b + inner);
  graph->outputs.assign(literals, literals + outputs);
  graph->classes.assign(classes, classes + outputs);
  graph->values.resize(count);
  graph->dirty.resize(count / 64 + 1);
  graph->seen.resize(count);
  for (uint32_t i = 0; i < outputs; ++i) graph->seen[literals[i] >> 1] |= classes[i];
  graph->fanout_at.resize(count + 1);
  const auto needs = [&](uint32_t i, auto each) {
    each(a[i] >> 1);
    if (kinds[i] == kAnd && a[i] >> 1 != b[i] >> 1) each(b[i] >> 1);
  };
  for (uint32_t i = 0; i < inner; ++i)
    needs(i, [&](uint32_t node) { ++graph->fanout_at[node + 1]; });
  for (uint32_t n = 0; n < count; ++n) graph->fanout_at[n + 1] += graph->fanout_at[n];
  graph->fanout.resize(graph->fanout_at[count]);
  std::vector<uint32_t> at(graph->fanout_at.begin(), graph->fanout_at.end() - 1);
  for (uint32_t i = 0; i < inner; ++i)
    needs(i, [&](uint32_t node) { graph->fanout[at[node]++] = first + i; });
  graph->evaluate_all();
  return graph.release();
} catch (const std::bad_alloc&) {
  return nullptr;
}

void sce_pins_free(void* handle) { delete static_cast<Graph*>(handle); }

// Batches of 512 patterns, a row of words for each input of each batch. `found` gets the classes in
// which each mutant differs; one that differs in a class of `stop` is done. `due`, if it is there,
// gets the outputs of the netlist itself.
void sce_pins_patterns(void* handle, const uint64_t* patterns, uint64_t batches,
                       const Fault* faults, uint32_t count, uint8_t stop, uint8_t* found,
                       uint64_t* due) {
  Graph& graph = *static_cast<Graph*>(handle);
  for (uint64_t batch = 0; batch < batches; ++batch) {
    patterns = graph.take(patterns);
    for (size_t i = 0; due != nullptr && i < graph.outputs.size(); ++i, due += kWords) {
      const Word word = graph.literal(graph.outputs[i]);
      std::memcpy(due, &word, sizeof word);
    }
    judge(graph, faults, count, stop, found);
  }
}

// Marks the nodes in which a mutant differs for any of the patterns.
void sce_pins_reach(void* handle, const uint64_t* patterns, uint64_t batches, const Fault* fault,
                    uint8_t* marks) {
  Graph& graph = *static_cast<Graph*>(handle);
  for (uint64_t batch = 0; batch < batches; ++batch) {
    patterns = graph.take(patterns);
    graph.differs(*fault, 0);
    for (const auto& changed : graph.undo) marks[changed.first] = 1;
  }
}

// All patterns from number 512 * batch on: bit i of the number is the input order[i], the others
// keep what `patterns` gave them last.
void sce_pins_count(void* handle, const uint32_t* order, uint32_t bits, uint64_t batch,
                    uint64_t batches, const Fault* faults, uint32_t count, uint8_t stop,
                    uint8_t* found) {
  Graph& graph = *static_cast<Graph*>(handle);
  for (uint64_t end = batch + batches; batch < end; ++batch) {
    for (uint32_t i = 0; i < bits; ++i) graph.set_input(order[i], counting(i, batch));
    graph.settle_inputs();
    judge(graph, faults, count, stop, found);
  }
}

// Up to 512 mutants with their registers, from all registers 0: mutant i of `faults` in bit i. A row
// of bytes for each cycle gives the inputs. `due` gives the outputs in each cycle and `care` whether
// an output counts; mutants that differ get the cycle of the first difference, from 1 on, others 0.
// Without faults `due` is written.
void sce_pins_cycles(void* handle, const uint8_t* inputs, uint64_t cycles, const Fault* faults,
                     uint32_t count, uint8_t* due, const uint8_t* care, uint32_t* found) {
  Graph& graph = *static_cast<Graph*>(handle);
  struct Place {
    Fault fault;
    Word mask;
  };
  std::vector<Place> places;
  for (uint32_t i = 0; i < count; ++i) {
    Word mask{};
    mask[i / 64] = uint64_t{1} << i % 64;
    places.push_back({faults[i], mask});
  }
  std::sort(places.begin(), places.end(),
            [](const Place& x, const Place& y) { return x.fault.end < y.fault.end; });
  std::vector<uint32_t> registers;
  for (uint32_t node = graph.first; node < graph.count; ++node)
    if (graph.kinds[node - graph.first] == kRegister) registers.push_back(node);
  const auto change = [&graph](const Place& place) {
    const Fault& fault = place.fault;
    const Word now = changed(fault.mode, graph[fault.node], graph[fault.control]);
    graph.values[fault.node] = (graph[fault.node] & ~place.mask) | (now & place.mask);
  };
  std::fill(graph.values.begin(), graph.values.end(), Word{});
  Word alive{};
  for (uint32_t i = 0; i < count; ++i) alive[i / 64] |= uint64_t{1} << i % 64;
  std::vector<Word> next(registers.size());
  const size_t outputs = graph.outputs.size();
  for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
    if (cycle != 0)
      for (size_t r = 0; r < registers.size(); ++r)
        next[r] = graph.literal(graph.a[registers[r] - graph.first]);
    for (size_t r = 0; r < registers.size(); ++r) graph.values[registers[r]] = next[r];
    for (const Place& place : places)
      if (graph.kinds[place.fault.node - graph.first] == kRegister) change(place);
    for (uint32_t i = 1; i < graph.first; ++i) graph.values[i] = broadcast(*inputs++);
    uint32_t node = graph.first;
    const auto evaluate = [&](uint32_t to) {
      for (; node < to; ++node)
        if (graph.kinds[node - graph.first] != kRegister) graph.values[node] = graph.value(node);
    };
    for (const Place& place : places) {
      if (graph.kinds[place.fault.node - graph.first] == kRegister) continue;
      evaluate(place.fault.end + 1);
      change(place);
    }
    evaluate(graph.count);
    Word differ{};
    for (size_t i = 0; i < outputs; ++i, ++due) {
      const Word now = graph.literal(graph.outputs[i]);
      if (count == 0)
        *due = now[0] & 1;
      else if (*care++)
        differ |= now ^ broadcast(*due);
    }
    differ &= alive;
    if (!any(differ)) continue;
    for (uint32_t i = 0; i < count; ++i)
      if (differ[i / 64] >> i % 64 & 1) found[i] = cycle + 1;
    alive &= ~differ;
    if (!any(alive)) break;
  }
  std::fill(graph.values.begin(), graph.values.end(), Word{});
  graph.evaluate_all();
}

}  // extern "C"
#pragma GCC visibility pop
