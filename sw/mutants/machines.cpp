// Mutants of a netlist with registers, memories and lanes, 511 beside one another.

#include <cstdint>
#include <memory>
#include <new>

#include "machines.h"

#pragma GCC visibility push(default)
extern "C" {

// A graph of `count` nodes, `first` of them false and the inputs. Each output counts while two
// literals are 1. `boxes` has for each memory its entries and for each lane its depth, and then the
// nodes of its ports, each list behind its length. NULL if memory ran out.
void* sce_machines_create(uint32_t first, uint32_t count, const uint8_t* kinds, const uint32_t* a,
                          const uint32_t* b, uint32_t outputs, const uint32_t* literals,
                          const uint32_t* counts_a, const uint32_t* counts_b, uint32_t memories,
                          uint32_t lanes, const uint32_t* boxes) try {
  auto all = std::make_unique<Machines>(first, count);
  const uint32_t inner = count - first;
  all->kinds.assign(kinds, kinds + inner);
  all->a.assign(a, a + inner);
  all->b.assign(b, b + inner);
  all->outputs.assign(literals, literals + outputs);
  all->counts_a.assign(counts_a, counts_a + outputs);
  all->counts_b.assign(counts_b, counts_b + outputs);
  for (uint32_t i = 0; i < memories; ++i) all->add_memory(boxes);
  for (uint32_t i = 0; i < lanes; ++i) all->add_lane(boxes);
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
    if (due == nullptr && all.living() == 0) return 0;
    if (all.newly_dead >= kMany) all.bury();
  }
  return all.living();
}

}  // extern "C"
#pragma GCC visibility pop
