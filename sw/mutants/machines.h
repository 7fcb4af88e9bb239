// A netlist with its registers, memories and lanes 512 times side by side. All machines get the same
// inputs.
//
//     inputs ──► what changes, node by node ──► outputs that count ──► other than the netlist's own:
//       ▲                   │                                          killed, and made equal again
//       └── next cycle ◄── registers, memories, lanes
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "circuit.h"
#include "fanout.h"
#include "machine.h"

constexpr uint32_t kMany = 64;  // so many new dead mutants are made equal to the netlist at once

struct Machines : Circuit {
  static constexpr uint32_t kAll = ~0U;  // `end` of a fault that all machines have

  // Of the mutants that run: nodes without pins that no mutant changes.
  std::vector<Literal> short_a, short_b;
  Fanout fanout;
  std::vector<std::vector<Fault>> faults;  // of the nodes that have some; the machine in `end`
  std::vector<uint32_t> faults_of;         // of each node: 0, or 1 + its place in `faults`
  std::vector<Literal> short_outputs, short_counts_a, short_counts_b;
  Nodes faulty_states;

  std::vector<Word> values;
  std::vector<Word> states;  // what registers that a mutant changes hold before it does
  std::vector<uint64_t> dirty;
  size_t cursor = 0;              // no word of `dirty` before this one is set
  uint64_t stamp = 1;             // of what memories look at
  std::vector<uint32_t> pending;  // registers whose next value has changed
  std::vector<uint8_t> waits;
  std::vector<std::pair<uint32_t, Word>> clocked;
  Word alive{}, dead{};
  uint32_t newly_dead = 0;

  Machines(uint32_t inputs, uint32_t nodes) : Circuit(inputs, nodes), dirty(nodes / 64 + 1) {}

  Word literal(Literal l) const { return values[l >> 1] ^ broadcast(l & 1); }

  // Where a literal comes from, through pins that no mutant changes.
  Literal source(Literal l) const {
    for (uint32_t node = l >> 1; node >= first && kinds[node - first] == kPin; node = l >> 1) {
      if (faults_of[node] != 0) break;
      l = a[node - first] ^ (l & 1);
    }
    return l;
  }

  void mark(uint32_t node) {
    dirty[node / 64] |= uint64_t{1} << node % 64;
    cursor = std::min<size_t>(cursor, node / 64);
  }

  // What follows from a node is evaluated; a register's next value is taken at the clock's edge.
  void follow(uint32_t node) {
    for (const uint32_t to : fanout.of(node)) {
      if (kinds[to - first] != kRegister) {
        mark(to);
      } else if (!waits[to]) {
        waits[to] = 1;
        pending.push_back(to);
      }
    }
  }

  void set(uint32_t node, const Word& value) {
    if (!any(values[node] ^ value)) return;
    values[node] = value;
    if (boxed[node] != 0) ++stamp;
    follow(node);
  }

  // The value of a node with what mutants make of it. The control is another bit of the port, by
  // where it comes from: it may stand behind this one.
  Word with_faults(uint32_t node, Word value) const {
    if (faults_of[node] == 0) return value;
    const Word own = value;
    for (const Fault& fault : faults[faults_of[node] - 1]) {
      const Word mask = fault.end == kAll ? ~Word{} : ones_at(fault.end) & ~dead;
      const Word control = fault.control == 0 ? Word{} : control_of(fault.control);
      value = (value & ~mask) | (changed(fault.mode, own, control) & mask);
    }
    return value;
  }

  Word control_of(uint32_t node) const {
    if (faults_of[node] != 0 && is_state(node)) return states[node];
    return literal(control_literal(node));
  }

  Literal control_literal(uint32_t node) const {
    return kinds[node - first] == kPin ? short_a[node - first] : 2 * node;
  }

  // Some bit of a memory at the address that each machine reads.
  Word read(uint32_t node) {
    return memories[memory_of[node] - 1].read(bit_at[node], values, alive, stamp);
  }

  Word value(uint32_t node) {
    const uint32_t i = node - first;
    switch (kinds[i]) {
      case kAnd:
        return literal(short_a[i]) & literal(short_b[i]);
      case kPin:
        return literal(short_a[i]);
      default:
        return memory_of[node] != 0 ? read(node) : values[node];
    }
  }

  void edge() {
    ++stamp;
    clocked.clear();
    for (const uint32_t node : pending) {
      waits[node] = 0;
      clocked.emplace_back(node, literal(short_a[node - first]));
    }
    pending.clear();
    const auto give = [this](uint32_t node, const Word& bits) { clocked.emplace_back(node, bits); };
    for (Lane& lane : lanes) lane.shift(values, alive, give);
    for (Memory& memory : memories)
      if (memory.write(values))
        for (const uint32_t node : memory.read_data) mark(node);
    for (const auto& [node, value] : clocked) set_state(node, value);
    change_states();
  }

  // A register's own value may stay while its control, another register, changes.
  void change_states() {
    for (const uint32_t node : faulty_states) set(node, with_faults(node, states[node]));
  }

  void set_state(uint32_t node, const Word& value) {
    if (faults_of[node] == 0)
      set(node, value);
    else
      states[node] = value;
  }

  void settle() {
    for (cursor = 0; cursor < dirty.size();) {
      if (dirty[cursor] == 0) {
        ++cursor;
        continue;
      }
      const uint32_t node = cursor * 64 + __builtin_ctzll(dirty[cursor]);
      dirty[cursor] &= dirty[cursor] - 1;
      set(node, with_faults(node, value(node)));
    }
  }

  // The mutants of which an output that counts is not the netlist's own.
  Word differing() const {
    Word found{};
    for (size_t i = 0; i < short_outputs.size(); ++i) {
      const Word now = apart(values[short_outputs[i] >> 1]);
      if (!any(now)) continue;
      if (own(short_counts_a[i]) && own(short_counts_b[i])) found |= now;
    }
    return found & alive;
  }

  uint32_t living() const {
    uint32_t number = 0;
    for (unsigned w = 0; w < kWords; ++w) number += __builtin_popcountll(alive[w]);
    return number;
  }

  bool own(Literal l) const { return bit_of(values[l >> 1], kItself) != (l & 1); }

  // Makes the dead mutants equal to the netlist, so that nothing of theirs is evaluated any more.
  void bury() {
    dead |= ~alive & ~ones_at(kItself);
    const auto equal = [this](Word& word) {
      word = (word & ~dead) | (broadcast(bit_of(word, kItself)) & dead);
    };
    for (Word& word : values) equal(word);
    for (Word& word : states) equal(word);
    for (Memory& memory : memories)
      for (Word& word : memory.contents) equal(word);
    for (Lane& lane : lanes)
      for (Word& word : lane.stages) equal(word);
    for (std::vector<Fault>& some : faults)
      std::erase_if(some, [this](const Fault& fault) {
        return fault.end != kAll && bit_of(dead, fault.end);
      });
    newly_dead = 0;
  }

  void prepare(const Fault* mutants, uint32_t number, const Fault* forced, uint32_t all) {
    place(mutants, number, forced, all);
    shorten();
    connect();
    clear();
    alive = Word{};
    for (uint32_t i = 0; i < number; ++i) alive |= ones_at(i);
    dead = ~alive & ~ones_at(kItself);
    newly_dead = 0;
  }

  // Fills in the mutants of each node.
  void place(const Fault* mutants, uint32_t number, const Fault* forced, uint32_t all) {
    faults.clear();
    faulty_states.clear();
    faults_of.assign(count, 0);
    for (uint32_t i = 0; i < all + number; ++i) {
      Fault fault = i < all ? forced[i] : mutants[i - all];
      fault.end = i < all ? kAll : i - all;
      if (faults_of[fault.node] == 0) {
        faults.emplace_back();
        faults_of[fault.node] = faults.size();
        if (is_state(fault.node)) faulty_states.push_back(fault.node);
      }
      faults[faults_of[fault.node] - 1].push_back(fault);
    }
  }

  void shorten() {
    const auto sources = [this](const std::vector<Literal>& from, std::vector<Literal>& to) {
      to.clear();
      for (const Literal l : from) to.push_back(source(l));
    };
    sources(a, short_a);
    sources(b, short_b);
    sources(outputs, short_outputs);
    sources(counts_a, short_counts_a);
    sources(counts_b, short_counts_b);
  }

  // All registers, memories and lanes are 0, and everything is evaluated again.
  void clear() {
    values.assign(count, Word{});
    states.assign(count, Word{});
    pending.clear();
    waits.assign(count, 0);
    for (Memory& memory : memories)
      std::fill(memory.contents.begin(), memory.contents.end(), Word{});
    for (Lane& lane : lanes) std::fill(lane.stages.begin(), lane.stages.end(), Word{});
    for (uint32_t node = first; node < count; ++node) {
      if (kinds[node - first] == kRegister) {
        waits[node] = 1;
        pending.push_back(node);
      } else if (!is_state(node) && used(node)) {
        mark(node);
      }
    }
  }

  // A pin that no mutant changes is evaluated only if memories and lanes look at it.
  bool used(uint32_t node) const {
    return kinds[node - first] != kPin || faults_of[node] != 0 || boxed[node] != 0;
  }

  void connect() {
    std::vector<std::pair<uint32_t, uint32_t>> edges;
    for (uint32_t node = first; node < count; ++node) {
      const uint32_t i = node - first;
      if (kinds[i] == kBox || !used(node)) continue;
      edges.emplace_back(short_a[i] >> 1, node);
      if (kinds[i] == kAnd && short_a[i] >> 1 != short_b[i] >> 1)
        edges.emplace_back(short_b[i] >> 1, node);
    }
    for (const std::vector<Fault>& some : faults)
      for (const Fault& fault : some)
        if (fault.control != 0 && !is_state(fault.node))
          edges.emplace_back(control_literal(fault.control) >> 1, fault.node);
    for (const Memory& memory : memories)
      for (const uint32_t address : memory.read_address)
        for (const uint32_t data : memory.read_data) edges.emplace_back(address, data);
    fanout.connect(count, edges);
  }
};
