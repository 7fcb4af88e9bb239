// Sparse memory of a 32-bit address space, in pages that are allocated when they are first written.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

namespace sce {

// The boundary that no AXI burst crosses, and the unit of allocation.
constexpr uint32_t kPageBytes = 4096;

class SparseMemory {
 public:
  // A page to read from: zeros if nothing was written.
  const uint8_t* page(uint32_t address) const {
    const Directory* directory = directories_[address >> kDirectoryShift].get();
    const uint8_t* found = directory == nullptr ? nullptr : directory->pages[index(address)];
    return found == nullptr ? zeros_.data() : found;
  }

  // A page to write to, allocated if it is missing.
  uint8_t* writable_page(uint32_t address) {
    uint8_t*& found = slot(address);
    if (found == nullptr) {
      found = new uint8_t[kPageBytes]();
      ++owned_pages_;
      directories_[address >> kDirectoryShift]->owned[index(address)] = true;
    }
    return found;
  }

  // Copies out `size` bytes from `address` on; the range must end within the address space.
  void read(uint64_t address, uint8_t* data, uint64_t size) const {
    each_page(address, size, [&](uint32_t at, uint64_t done, uint32_t length) {
      std::memcpy(data + done, page(at) + at % kPageBytes, length);
    });
  }

  // Copies in; the range must end within the address space.
  void write(uint64_t address, const uint8_t* data, uint64_t size) {
    each_page(address, size, [&](uint32_t at, uint64_t done, uint32_t length) {
      std::memcpy(writable_page(at) + at % kPageBytes, data + done, length);
    });
  }

  // Frees every page that lies wholly in the range; it reads 0 again.
  void release(uint64_t address, uint64_t size) {
    const uint64_t end = (address + size) / kPageBytes * kPageBytes;
    for (uint64_t at = (address + kPageBytes - 1) / kPageBytes * kPageBytes; at < end;
         at += kPageBytes) {
      if (directories_[at >> kDirectoryShift] == nullptr)
        at |= kDirectoryPages * kPageBytes - kPageBytes;
      else
        drop(static_cast<uint32_t>(at));
    }
  }

  // Makes the caller's bytes the memory of a range of whole pages: nothing is copied, and the bytes
  // must outlive their use here.
  void attach(uint64_t address, uint8_t* data, uint64_t size) {
    each_page(address, size, [&](uint32_t at, uint64_t done, uint32_t) {
      slot(at);
      drop(at);
      slot(at) = data + done;
    });
  }

  // Bytes allocated for what was written; attached pages are the caller's and not counted.
  uint64_t used_bytes() const { return owned_pages_ * kPageBytes; }

 private:
  static constexpr uint32_t kDirectoryPages = 1024;
  static constexpr uint32_t kDirectoryShift = 22;

  struct Directory {
    ~Directory() {
      for (uint32_t k = 0; k < kDirectoryPages; ++k)
        if (owned[k]) delete[] pages[k];
    }
    std::array<uint8_t*, kDirectoryPages> pages{};
    std::array<bool, kDirectoryPages> owned{};
  };

  static uint32_t index(uint32_t address) { return address / kPageBytes % kDirectoryPages; }

  uint8_t*& slot(uint32_t address) {
    std::unique_ptr<Directory>& directory = directories_[address >> kDirectoryShift];
    if (directory == nullptr) directory = std::make_unique<Directory>();
    return directory->pages[index(address)];
  }

  void drop(uint32_t address) {
    Directory& directory = *directories_[address >> kDirectoryShift];
    if (directory.owned[index(address)]) {
      delete[] directory.pages[index(address)];
      directory.owned[index(address)] = false;
      --owned_pages_;
    }
    directory.pages[index(address)] = nullptr;
  }

  template <typename Action>
  static void each_page(uint64_t address, uint64_t size, Action action) {
    for (uint64_t done = 0; done < size;) {
      const uint64_t at = address + done;
      const uint64_t length = std::min<uint64_t>(kPageBytes - at % kPageBytes, size - done);
      action(static_cast<uint32_t>(at), done, static_cast<uint32_t>(length));
      done += length;
    }
  }

  std::array<std::unique_ptr<Directory>, 1024> directories_;
  std::array<uint8_t, kPageBytes> zeros_{};
  uint64_t owned_pages_ = 0;
};

}  // namespace sce
