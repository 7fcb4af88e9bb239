#include "guard.h"

#include <algorithm>

namespace sce {

namespace {

constexpr size_t kRecorded = 64;

bool in_regions(const std::vector<Range>& regions, uint64_t first, uint64_t past) {
  return std::any_of(regions.begin(), regions.end(),
                     [&](const Range& region) { return region.holds(first, past); });
}

bool strobed(const uint8_t* strobes, uint32_t byte) { return strobes[byte / 8] >> byte % 8 & 1; }

}  // namespace

void Guard::clear_violations() {
  recorded_.clear();
  count_ = 0;
}

bool Guard::clean(const std::vector<Range>& regions, uint64_t first, uint64_t past,
                  uint32_t access) const {
  if (!in_regions(regions, first, past)) return false;
  const bool fault = std::any_of(faults_.begin(), faults_.end(), [&](const Fault& candidate) {
    return (candidate.access & access) != 0 && candidate.range.meets(first, past);
  });
  if (fault) return false;
  if (windows_.empty()) return true;
  return std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
    return (window.access & access) != 0 && window.range.holds(first, past);
  });
}

bool Guard::inside_window(uint64_t address, uint32_t access) const {
  return windows_.empty() ||
         std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
           return (window.access & access) != 0 && window.range.holds(address, address + 1);
         });
}

uint8_t Guard::fault_at(uint64_t first, uint64_t past, uint32_t access) const {
  for (const Fault& fault : faults_)
    if ((fault.access & access) != 0 && fault.range.meets(first, past)) return fault.response;
  return kOkay;
}

uint8_t Guard::read_response(uint32_t port, const std::vector<Range>& regions, uint64_t first,
                             uint64_t past) {
  const bool allowed =
      windows_.empty() || std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
        return (window.access & SCE_SIM_READ) != 0 && window.range.meets(first, past);
      });
  if (!in_regions(regions, first, past) || !allowed) {
    report(in_regions(regions, first, past) ? SCE_SIM_OUTSIDE_WINDOW : SCE_SIM_OUTSIDE_REGION, port,
           SCE_SIM_READ, first);
    return kDecerr;
  }
  return fault_at(first, past, SCE_SIM_READ);
}

uint8_t Guard::write_response(uint32_t port, const std::vector<Range>& regions, uint64_t first,
                              uint32_t bytes, const uint8_t* strobes) {
  if (!in_regions(regions, first, first + bytes)) {
    report(SCE_SIM_OUTSIDE_REGION, port, SCE_SIM_WRITE, first);
    return kDecerr;
  }
  uint8_t response = kOkay;
  for (uint32_t k = 0; k < bytes; ++k) {
    if (!strobed(strobes, k)) continue;
    if (!inside_window(first + k, SCE_SIM_WRITE)) {
      report(SCE_SIM_OUTSIDE_WINDOW, port, SCE_SIM_WRITE, first + k);
      return kDecerr;
    }
    response = std::max(response, fault_at(first + k, first + k + 1, SCE_SIM_WRITE));
  }
  return response;
}

void Guard::report(uint32_t kind, uint32_t port, uint32_t access, uint64_t address) {
  ++count_;
  if (recorded_.size() < kRecorded)
    recorded_.push_back({cycle_, static_cast<uint32_t>(address), port, kind, access});
}

}  // namespace sce
