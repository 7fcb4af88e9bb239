// A memory of 512 machines, with a port to write and one to read in the same cycle.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "machine.h"

struct Memory {
  const uint32_t entries;
  const Nodes write_address, write_data, write_enable, read_address, read_data;
  std::vector<Word> contents;  // of each entry the bits

  // From its entries and the nodes of its ports.
  explicit Memory(const uint32_t*& list)
      : entries(*list++),
        write_address(nodes_of(list)),
        write_data(nodes_of(list)),
        write_enable(nodes_of(list)),
        read_address(nodes_of(list)),
        read_data(nodes_of(list)),
        contents(size_t{entries} * read_data.size()) {}

  // A bit at the address that each machine reads. Addresses may change when `stamp` does.
  Word read(size_t bit, const std::vector<Word>& values, const Word& alive, uint64_t stamp) {
    if (stamp_ != stamp) {
      stamp_ = stamp;
      reads_.clear();
      each_number(read_address, values, alive, [&](uint32_t entry, const Word& mask) {
        if (entry < entries) reads_.emplace_back(entry, mask);
      });
    }
    Word found{};
    for (const auto& [entry, mask] : reads_) found |= at(entry, bit) & mask;
    return found;
  }

  // Takes what it is given at the clock's edge; returns whether any machine writes.
  bool write(const std::vector<Word>& values) {
    Word enabled{};
    for (const uint32_t node : write_enable) enabled |= values[node];
    if (!any(enabled)) return false;
    each_number(write_address, values, enabled, [&](uint32_t entry, const Word& mask) {
      if (entry >= entries) return;
      for (size_t bit = 0; bit < write_data.size(); ++bit) {
        const Word now = mask & values[write_enable[bit]];
        Word& cell = at(entry, bit);
        cell = (cell & ~now) | (values[write_data[bit]] & now);
      }
    });
    return true;
  }

 private:
  std::vector<std::pair<uint32_t, Word>> reads_;  // the addresses that are read, as of `stamp_`
  uint64_t stamp_ = 0;

  Word& at(uint32_t entry, size_t bit) { return contents[entry * read_data.size() + bit]; }
};
