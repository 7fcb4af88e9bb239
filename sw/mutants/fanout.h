// Of each node of a netlist the nodes that follow from it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

class Fanout {
 public:
  // Each edge leads from a node to one that follows from it.
  void connect(uint32_t count, const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
    at_.assign(count + 1, 0);
    for (const auto& [from, to] : edges) ++at_[from + 1];
    for (uint32_t n = 0; n < count; ++n) at_[n + 1] += at_[n];
    nodes_.resize(edges.size());
    std::vector<uint32_t> next(at_.begin(), at_.end() - 1);
    for (const auto& [from, to] : edges) nodes_[next[from]++] = to;
  }

  std::span<const uint32_t> of(uint32_t node) const {
    return {nodes_.data() + at_[node], nodes_.data() + at_[node + 1]};
  }

 private:
  std::vector<uint32_t> at_, nodes_;  // of node n: nodes_[at_[n] .. at_[n + 1]]
};
