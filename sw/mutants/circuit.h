// A netlist with registers, memories and lanes.
#pragma once

#include <cstdint>
#include <vector>

#include "lane.h"
#include "machine.h"
#include "memory.h"

enum : uint8_t { kAnd = 0, kPin = 1, kRegister = 2, kBox = 3 };  // kinds of nodes

struct Circuit {
  uint32_t first, count;       // the first node that is no input, and all nodes
  std::vector<uint8_t> kinds;  // of the nodes from `first` on, as the literals
  std::vector<Literal> a, b;
  std::vector<Literal> outputs;
  std::vector<Literal> counts_a, counts_b;  // of each output: it counts while both are 1
  std::vector<Memory> memories;
  std::vector<Lane> lanes;
  std::vector<uint32_t> memory_of, bit_at;  // of each node that reads: 1 + the memory, and the bit
  std::vector<uint8_t> boxed;               // of each node: whether a memory or lane looks at it

  Circuit(uint32_t inputs, uint32_t nodes)
      : first(inputs), count(nodes), memory_of(nodes), bit_at(nodes), boxed(nodes) {}

  void add_memory(const uint32_t*& list) {
    const Memory& memory = memories.emplace_back(list);
    for (const Nodes* nodes :
         {&memory.write_address, &memory.write_data, &memory.write_enable, &memory.read_address})
      look(*nodes);
    for (size_t bit = 0; bit < memory.read_data.size(); ++bit) {
      memory_of[memory.read_data[bit]] = memories.size();
      bit_at[memory.read_data[bit]] = bit;
    }
  }

  void add_lane(const uint32_t*& list) {
    const Lane& lane = lanes.emplace_back(list);
    for (const Nodes* nodes : {&lane.reset, &lane.valid, &lane.payload}) look(*nodes);
  }

  // Whether a node holds its value until the next edge: a register, or what a lane gives.
  bool is_state(uint32_t node) const {
    const uint8_t kind = kinds[node - first];
    return kind == kRegister || (kind == kBox && memory_of[node] == 0);
  }

 private:
  void look(const Nodes& nodes) {
    for (const uint32_t node : nodes) boxed[node] = 1;
  }
};
