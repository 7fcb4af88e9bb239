#include "ideal_manager.h"

#include <algorithm>

namespace sce {

IdealManager::IdealManager(const sce_sim_dram& dram, uint32_t port_bytes, uint32_t burst_beats)
    : timing_(dram, port_bytes), port_bytes_(port_bytes), burst_beats_(burst_beats) {}

// The next burst of a stream: to the next multiple of the longest burst, which never crosses a
// page.
Burst IdealManager::take(Stream& stream, bool write) const {
  const uint64_t reach = burst_beats_ * port_bytes_;
  const uint64_t end = std::min(stream.end, (stream.next / reach + 1) * reach);
  Burst burst;
  burst.address = stream.next;
  burst.beats = (end - stream.next) / port_bytes_;
  burst.write = write;
  stream.next = end;
  return burst;
}

// One burst of each direction; a write follows when as many bytes of both inputs have been
// requested.
void IdealManager::ask(uint64_t cycle) {
  if (timing_.room_reads && in_flight_[0].size() < outstanding_ &&
      !(reads_[0].done() && reads_[1].done())) {
    if (left_ == 0 || reads_[turn_].done()) {
      turn_ = reads_[1 - turn_].done() ? turn_ : 1 - turn_;
      left_ = turn_bytes_;
    }
    in_flight_[0].push_back(take(reads_[turn_], false));
    Burst& burst = in_flight_[0].back();
    const uint64_t bytes = burst.beats * port_bytes_;
    read_ += bytes;
    left_ -= std::min(left_, bytes);
    timing_.accept(burst, cycle);
  }
  if (w_left_ != 0 && --w_left_ == 0) timing_.accept(in_flight_[1].back(), cycle);
  const bool may = 2 * (sent_ + lag_bytes_) < read_ || (reads_[0].done() && reads_[1].done());
  if (w_left_ == 0 && may && timing_.room_writes && in_flight_[1].size() < outstanding_ &&
      !write_.done()) {
    in_flight_[1].push_back(take(write_, true));
    in_flight_[1].back().ready = ~uint64_t{0};
    w_left_ = in_flight_[1].back().beats;
    sent_ += w_left_ * port_bytes_;
  }
}

// A beat of R, and a response.
void IdealManager::answer(uint64_t cycle) {
  for (Burst& burst : in_flight_[0]) {
    if (burst.done == burst.beats || burst.done >= burst.beats_ready || burst.ready > cycle)
      continue;
    ++burst.done;
    break;
  }
  while (!in_flight_[0].empty() && in_flight_[0].front().done == in_flight_[0].front().beats)
    in_flight_[0].pop_front();
  if (!in_flight_[1].empty() && in_flight_[1].front().ready <= cycle) in_flight_[1].pop_front();
}

uint64_t IdealManager::run(const uint32_t addresses[3], uint32_t size, uint32_t turn_bytes,
                           uint32_t lag_bytes, uint32_t outstanding) {
  turn_bytes_ = turn_bytes;
  lag_bytes_ = lag_bytes;
  outstanding_ = outstanding;
  Stream* const streams[] = {&reads_[0], &reads_[1], &write_};
  for (uint32_t k = 0; k < 3; ++k) {
    const uint64_t end = static_cast<uint64_t>(addresses[k]) + size;
    streams[k]->next = addresses[k] / port_bytes_ * port_bytes_;
    streams[k]->end =
        size == 0 ? streams[k]->next : (end + port_bytes_ - 1) / port_bytes_ * port_bytes_;
  }
  uint64_t cycle = 0;
  do {
    answer(cycle);
    ask(cycle);
    timing_.tick(cycle);
    ++cycle;
  } while (!(reads_[0].done() && reads_[1].done() && write_.done() && in_flight_[0].empty() &&
             in_flight_[1].empty()));
  return cycle;
}

}  // namespace sce
