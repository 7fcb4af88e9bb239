// A first-in first-out queue of bounded size in place: entries keep their address from push to pop.
#pragma once

#include <array>
#include <cstdint>

namespace sce {

template <typename Entry, uint32_t kCapacity>
class Ring {
  static_assert((kCapacity & (kCapacity - 1)) == 0, "capacity must be a power of two");

 public:
  bool empty() const { return head_ == tail_; }
  bool full() const { return tail_ - head_ == kCapacity; }
  uint32_t size() const { return tail_ - head_; }
  Entry& front() { return entries_[head_ % kCapacity]; }
  Entry& at(uint32_t k) { return entries_[(head_ + k) % kCapacity]; }
  Entry& push() { return entries_[tail_++ % kCapacity] = Entry(); }
  void pop() { ++head_; }
  void clear() { head_ = tail_ = 0; }

 private:
  std::array<Entry, kCapacity> entries_{};
  uint32_t head_ = 0;
  uint32_t tail_ = 0;
};

}  // namespace sce
