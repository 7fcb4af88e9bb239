#include "host_manager.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sce {

namespace {

uint8_t *bytes_of(void *pin) {
    return static_cast<uint8_t *>(pin);
}

} // namespace

HostManager::Cursor HostManager::cursor(const HostStream &stream) const {
    if (stream.size == 0)
        return {};
    const uint64_t end = uint64_t{stream.address} + stream.size;
    return {stream.address / port_bytes_ * port_bytes_,
            (end + port_bytes_ - 1) / port_bytes_ * port_bytes_};
}

void HostManager::start(const HostPlan &plan) {
    plan_ = plan;
    for (uint32_t k = 0; k < 2; ++k)
        reads_[k] = cursor(plan_.reads[k]);
    write_ = cursor(plan_.write);
    turn_ = 1; // input 0 has the first turn
    left_ = read_ = sent_ = 0;
    ar_taken_ = aw_taken_ = false;
    top_.host = busy_ = true;
    top_.host_rready = top_.host_bready = 1;
    drive();
}

// The next burst: to the next multiple of the longest burst, which never crosses a page.
HostManager::Burst HostManager::take(Cursor &cursor, const HostStream &stream) const {
    const uint64_t reach = plan_.burst_beats * port_bytes_;
    const uint64_t end = std::min(cursor.end, (cursor.next / reach + 1) * reach);
    const Burst burst = {cursor.next, static_cast<uint32_t>((end - cursor.next) / port_bytes_),
                         &stream};
    cursor.next = end;
    return burst;
}

void HostManager::ask_read() {
    if (reading_.size() >= plan_.outstanding || (reads_[0].done() && reads_[1].done()))
        return;
    if (left_ == 0 || reads_[turn_].done()) {
        turn_ = reads_[1 - turn_].done() ? turn_ : 1 - turn_;
        left_ = plan_.turn_bytes;
    }
    const Burst burst = take(reads_[turn_], plan_.reads[turn_]);
    reading_.push_back(burst);
    read_ += burst.beats * port_bytes_;
    left_ -= std::min(left_, burst.beats * port_bytes_);
    top_.host_arvalid = 1;
    top_.host_araddr = static_cast<uint32_t>(burst.address);
    top_.host_arlen = burst.beats - 1;
}

// A write follows when the same number of bytes of both inputs has been requested.
void HostManager::ask_write() {
    const bool may =
        2 * (sent_ + plan_.lag_bytes) < read_ || (reads_[0].done() && reads_[1].done());
    if (!may || write_.done() || answers_ >= plan_.outstanding)
        return;
    const Burst burst = take(write_, plan_.write);
    writing_.push_back(burst);
    ++answers_;
    sent_ += burst.beats * port_bytes_;
    top_.host_awvalid = 1;
    top_.host_awaddr = static_cast<uint32_t>(burst.address);
    top_.host_awlen = burst.beats - 1;
}

// Stores the requested bytes of a beat from R at their target.
void HostManager::take_beat(const Burst &burst) {
    const HostStream &stream = *burst.stream;
    if (stream.target == nullptr)
        return;
    for (uint64_t k = 0; k < port_bytes_; ++k) {
        const uint64_t offset = burst.address + k - stream.address; // wraps below the first byte
        if (offset < stream.size)
            stream.target[offset] = bytes_of(&top_.host_rdata)[k];
    }
}

// A beat to W: data, and strobes for bytes inside the array.
void HostManager::give_beat(const Burst &burst) {
    const HostStream &stream = *burst.stream;
    std::memset(bytes_of(&top_.host_wstrb), 0, (port_bytes_ + 7) / 8);
    for (uint64_t k = 0; k < port_bytes_; ++k) {
        const uint64_t offset = burst.address + k - stream.address;
        if (offset >= stream.size)
            continue;
        bytes_of(&top_.host_wdata)[k] = stream.source == nullptr ? 0 : stream.source[offset];
        bytes_of(&top_.host_wstrb)[k / 8] |= 1 << k % 8;
    }
}

void HostManager::sample() {
    ar_taken_ = top_.host_arvalid && top_.host_arready;
    aw_taken_ = top_.host_awvalid && top_.host_awready;
    if (top_.host_rvalid) {
        Burst &burst = reading_.front();
        take_beat(burst);
        burst.address += port_bytes_;
        if (--burst.beats == 0)
            reading_.pop_front();
    }
    if (top_.host_wvalid && top_.host_wready) {
        Burst &burst = writing_.front();
        burst.address += port_bytes_;
        if (--burst.beats == 0)
            writing_.pop_front();
    }
    if (top_.host_bvalid)
        --answers_;
}

void HostManager::drive() {
    if (ar_taken_)
        top_.host_arvalid = 0;
    if (aw_taken_)
        top_.host_awvalid = 0;
    if (!top_.host_arvalid)
        ask_read();
    if (!top_.host_awvalid)
        ask_write();
    top_.host_wvalid = !writing_.empty();
    if (top_.host_wvalid) {
        give_beat(writing_.front());
        top_.host_wlast = writing_.front().beats == 1;
    }
    if (reading_.empty() && answers_ == 0)
        top_.host = busy_ = false;
}

} // namespace sce
