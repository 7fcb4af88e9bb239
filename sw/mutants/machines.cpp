// A netlist with its registers, memories and lanes 512 times side by side, each in a bit of its own:
// 511 mutants and, in the last bit, the netlist itself. All get the same inputs.
//
//     inputs ──► what changes, node by node ──► outputs that count ──► other than the netlist's own:
//       ▲                   │                                          killed, and made equal again
//       └── next cycle ◄── registers, memories, lanes
//
// A lane is any pipeline: what it gives is some function of a pair, so that another pair gives
// another result.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "word.h"

namespace {

enum : uint8_t { kAnd = 0, kPin = 1, kRegister = 2, kBox = 3 };

constexpr unsigned kItself = kBits - 1;
constexpr uint32_t kMany = 64;  // so many new dead mutants are made equal to the netlist at once

// What comes of a pair in a lane, for want of its gates: a mixer with the constants of SplitMix64
// (Steele, Lea and Flood, OOPSLA 2014).
uint64_t mixed(uint64_t x) {
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

bool bit_of(const Word& word, unsigned machine) { return word[machine / 64] >> machine % 64 & 1; }

Word ones_at(unsigned machine) {
  Word word{};
  word[machine / 64] = uint64_t{1} << machine % 64;
  return word;
}

// The machines in which a word differs from the netlist itself.
Word apart(const Word& word) { return word ^ broadcast(bit_of(word, kItself)); }

using Nodes = std::vector<uint32_t>;

// A memory with a port to write and one to read in the same cycle.
struct Memory {
  uint32_t entries;
  Nodes write_address, write_data, write_enable, read_address, read_data;
  std::vector<Word> contents;
  std::vector<std::pair<uint32_t, Word>> reads;  // the addresses that are read, as of `stamp`
  uint64_t stamp = 0;

  Word& at(uint32_t entry, size_t bit) { return contents[entry * read_data.size() + bit]; }
};

// A pipeline of `depth` cycles; reset empties it.
struct Lane {
  uint32_t depth;
  Nodes reset, valid, payload, result, result_valid;
  std::vector<Word> stages;  // of each: whether it is full, then the bits of what will come out
  uint32_t head = 0;

  Word* stage(uint32_t i) { return &stages[size_t{i} * (1 + result.size())]; }
};

struct Machines {
  uint32_t first, count;
  std::vector<uint8_t> kinds;
  std::vector<Literal> a, b;
  std::vector<Literal> outputs;
  std::vector<Literal> counts_a, counts_b;  // of each output: it counts while both are 1
  std::vector<Memory> memories;
  std::vector<Lane> lanes;

  // Of the mutants that run: nodes without pins that no mutant changes.
  std::vector<Literal> short_a, short_b;
  std::vector<uint32_t> fanout_at, fanout;
  std::vector<std::vector<Fault>> faults;   // of the nodes that have some; `machine` in `end`
  std::vector<uint32_t> faults_of;          // of each node: 0, or 1 + its place in `faults`
  std::vector<uint32_t> memory_of, bit_at;  // of each node that reads: the memory and the bit
  std::vector<Literal> short_outputs, short_counts_a, short_counts_b;
  Nodes faulty_states;

  std::vector<Word> values;
  std::vector<uint64_t> dirty;
  size_t cursor = 0;              // no word of `dirty` before this one is set
  uint64_t stamp = 1;             // of what memories look at
  std::vector<uint32_t> pending;  // registers whose next value has changed
  std::vector<uint8_t> waits;
  std::vector<std::pair<uint32_t, Word>> clocked;
  Word alive{}, dead{};
  uint32_t newly_dead = 0;

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
    for (uint32_t i = fanout_at[node]; i < fanout_at[node + 1]; ++i) {
      const uint32_t to = fanout[i];
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
    Memory& memory = memories[memory_of[node] - 1];
    if (memory.stamp != stamp) {
      memory.stamp = stamp;
      memory.reads.clear();
      each_address(memory.read_address, alive, [&](uint32_t at, const Word& mask) {
        if (at < memory.entries) memory.reads.emplace_back(at, mask);
      });
    }
    Word found{};
    for (const auto& [at, mask] : memory.reads) found |= memory.at(at, bit_at[node]) & mask;
    return found;
  }

  // The addresses in use, with the machines that use them. Machines that are dead may be left out.
  template <typename Each>
  void each_address(const Nodes& nodes, const Word& machines, Each each) const {
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
      uint32_t at = 0;
      for (size_t i = 0; i < nodes.size(); ++i) {
        const bool one = bit_of(values[nodes[i]], machine);
        mask &= values[nodes[i]] ^ broadcast(!one);
        at |= uint32_t{one} << i;
      }
      each(at, mask);
      others &= ~mask;
    }
  }

  void write(Memory& memory) {
    Word enabled{};
    for (const uint32_t node : memory.write_enable) enabled |= values[node];
    if (!any(enabled)) return;
    each_address(memory.write_address, enabled, [&](uint32_t at, const Word& mask) {
      if (at >= memory.entries) return;
      for (size_t bit = 0; bit < memory.write_data.size(); ++bit) {
        const Word now = mask & values[memory.write_enable[bit]];
        Word& cell = memory.at(at, bit);
        cell = (cell & ~now) | (values[memory.write_data[bit]] & now);
      }
    });
    for (const uint32_t node : memory.read_data) mark(node);
  }

  // One edge of a lane's clock: `clocked` gets what it then gives.
  void shift(Lane& lane) {
    Word* stage = lane.stage(lane.head);
    lane.head = (lane.head + 1) % lane.depth;
    const Word reset = values[lane.reset[0]];
    const Word valid = values[lane.valid[0]] & ~reset;
    if (any(reset))
      for (uint32_t i = 0; i < lane.depth; ++i) lane.stage(i)[0] &= ~reset;
    // This stage was filled `depth` edges ago.
    stage[0] = valid;
    if (any(valid)) fill(lane, stage + 1, valid);
    const Word* leaving = lane.stage(lane.head);
    if (!lane.result_valid.empty()) clocked.emplace_back(lane.result_valid[0], leaving[0]);
    if (!any(leaving[0])) return;
    for (size_t bit = 0; bit < lane.result.size(); ++bit)
      clocked.emplace_back(lane.result[bit], leaving[1 + bit]);
  }

  void fill(const Lane& lane, Word* bits, const Word& valid) const {
    uint64_t own = 0;
    Word others{};
    for (size_t i = 0; i < lane.payload.size(); ++i) {
      own |= uint64_t{bit_of(values[lane.payload[i]], kItself)} << i;
      others |= apart(values[lane.payload[i]]);
    }
    own = mixed(own);
    for (size_t bit = 0; bit < lane.result.size(); ++bit) bits[bit] = broadcast(own >> bit & 1);
    for (others &= valid & alive; any(others);) {
      const unsigned machine = first_of(others);
      const Word mask = ones_at(machine);
      others &= ~mask;
      uint64_t pair = 0;
      for (size_t i = 0; i < lane.payload.size(); ++i)
        pair |= uint64_t{bit_of(values[lane.payload[i]], machine)} << i;
      pair = mixed(pair);
      for (size_t bit = 0; bit < lane.result.size(); ++bit)
        bits[bit] = (bits[bit] & ~mask) | (broadcast(pair >> bit & 1) & mask);
    }
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
    for (Lane& lane : lanes) shift(lane);
    for (Memory& memory : memories) write(memory);
    for (const auto& [node, value] : clocked) set_state(node, value);
    change_states();
  }

  // A register's own value may stay while its control, another register, changes.
  void change_states() {
    for (const uint32_t node : faulty_states) set(node, with_faults(node, states[node]));
  }

  // What a register holds before a mutant changes it, of those that one changes.
  std::vector<Word> states;

  // Whether a node holds its value until the next edge: a register, or what a lane gives.
  bool is_state(uint32_t node) const {
    const uint8_t kind = kinds[node - first];
    return kind == kRegister || (kind == kBox && memory_of[node] == 0);
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

  // `end` of a fault that all machines have.
  static constexpr uint32_t kAll = ~0U;

  void prepare(const Fault* mutants, uint32_t number, const Fault* forced, uint32_t all) {
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
    for (size_t i = 0; i < a.size(); ++i) {
      short_a[i] = source(a[i]);
      short_b[i] = kinds[i] == kAnd ? source(b[i]) : 0;
    }
    const auto shorten = [this](const std::vector<Literal>& from, std::vector<Literal>& to) {
      to.clear();
      for (const Literal l : from) to.push_back(source(l));
    };
    shorten(outputs, short_outputs);
    shorten(counts_a, short_counts_a);
    shorten(counts_b, short_counts_b);
    connect();
    alive = Word{};
    for (uint32_t i = 0; i < number; ++i) alive |= ones_at(i);
    dead = ~alive & ~ones_at(kItself);
    newly_dead = 0;
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

  std::vector<uint8_t> boxed;

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
    fanout_at.assign(count + 1, 0);
    for (const auto& [from, to] : edges) ++fanout_at[from + 1];
    for (uint32_t n = 0; n < count; ++n) fanout_at[n + 1] += fanout_at[n];
    fanout.resize(edges.size());
    std::vector<uint32_t> at(fanout_at.begin(), fanout_at.end() - 1);
    for (const auto& [from, to] : edges) fanout[at[from]++] = to;
  }
};

Nodes nodes_of(const uint32_t*& list) {
  const uint32_t number = *list++;
  Nodes nodes(list, list + number);
  list += number;
  return nodes;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

// A graph of `count` nodes, `first` of them false and the inputs. Each output counts while two
// literals are 1. `boxes` has for each memory its entries and for each lane its depth, and then the
// nodes of its ports, each list behind its length. NULL if memory ran out.
void* sce_machines_create(uint32_t first, uint32_t count, const uint8_t* kinds, const uint32_t* a,
                          const uint32_t* b, uint32_t outputs, const uint32_t* literals,
                          const uint32_t* counts_a, const uint32_t* counts_b, uint32_t memories,
                          uint32_t lanes, const uint32_t* boxes) try {
  auto all = std::make_unique<Machines>();
  const uint32_t inner = count - first;
  all->first = first;
  all->count = count;
  all->kinds.assign(kinds, kinds + inner);
  all->a.assign(a, a + inner);
  all->b.assign(b, b + inner);
  all->short_a.resize(inner);
  all->short_b.resize(inner);
  all->outputs.assign(literals, literals + outputs);
  all->counts_a.assign(counts_a, counts_a + outputs);
  all->counts_b.assign(counts_b, counts_b + outputs);
  all->dirty.resize(count / 64 + 1);
  all->memory_of.resize(count);
  all->bit_at.resize(count);
  all->boxed.resize(count);
  const auto look = [&all](const Nodes& nodes) {
    for (const uint32_t node : nodes) all->boxed[node] = 1;
  };
  for (uint32_t i = 0; i < memories; ++i) {
    Memory& memory = all->memories.emplace_back();
    memory.entries = *boxes++;
    for (Nodes* nodes : {&memory.write_address, &memory.write_data, &memory.write_enable,
                         &memory.read_address, &memory.read_data})
      *nodes = nodes_of(boxes);
    look(memory.write_address);
    look(memory.write_data);
    look(memory.write_enable);
    look(memory.read_address);
    memory.contents.resize(memory.entries * memory.read_data.size());
    for (size_t bit = 0; bit < memory.read_data.size(); ++bit) {
      all->memory_of[memory.read_data[bit]] = 1 + i;
      all->bit_at[memory.read_data[bit]] = bit;
    }
  }
  for (uint32_t i = 0; i < lanes; ++i) {
    Lane& lane = all->lanes.emplace_back();
    lane.depth = *boxes++;
    for (Nodes* nodes : {&lane.reset, &lane.valid, &lane.payload, &lane.result, &lane.result_valid})
      *nodes = nodes_of(boxes);
    look(lane.reset);
    look(lane.valid);
    look(lane.payload);
    lane.stages.resize(size_t{lane.depth} * (1 + lane.result.size()));
  }
  return all.release();
} catch (const std::bad_alloc&) {
  return nullptr;
}

void sce_machines_free(void* handle) { delete static_cast<Machines*>(handle); }

// Begins with up to 511 mutants, all registers 0; `forced` are changes that the netlist has too.
void sce_machines_begin(void* handle, const Fault* faults, uint32_t count, const Fault* forced,
                        uint32_t all) {
  static_cast<Machines*>(handle)->prepare(faults, count, forced, all);
}

// Runs for some cycles, a row of bytes of inputs for each. Mutants that differ get the number of the
// cycle, counted on from `cycle`, in `found`; `due`, if it is there, gets the outputs of the netlist
// itself. Returns how many mutants live on; none, and it ends early.
uint32_t sce_machines_run(void* handle, const uint8_t* inputs, uint64_t cycles, uint64_t cycle,
                          uint32_t* found, uint8_t* due) {
  Machines& all = *static_cast<Machines*>(handle);
  const auto living = [&all] {
    uint32_t number = 0;
    for (unsigned w = 0; w < kWords; ++w) number += __builtin_popcountll(all.alive[w]);
    return number;
  };
  for (const uint64_t end = cycle + cycles; cycle < end;) {
    if (cycle != 0)
      all.edge();
    else
      all.change_states();
    for (uint32_t i = 1; i < all.first; ++i) all.set(i, broadcast(*inputs++));
    all.settle();
    ++cycle;
    for (size_t i = 0; due != nullptr && i < all.short_outputs.size(); ++i)
      *due++ = all.own(all.short_outputs[i]);
    Word differ = all.differing();
    if (!any(differ)) continue;
    all.alive &= ~differ;
    for (; any(differ); ++all.newly_dead) {
      const unsigned machine = first_of(differ);
      found[machine] = cycle;
      differ &= ~ones_at(machine);
    }
    if (due == nullptr && living() == 0) return 0;
    if (all.newly_dead >= kMany) all.bury();
  }
  return living();
}

}  // extern "C"
#pragma GCC visibility pop
