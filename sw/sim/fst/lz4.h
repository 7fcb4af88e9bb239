// The two functions of LZ4 that Verilator's FST writer calls, in LZ4's block format, so that waves
// need no package of the system.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

inline int LZ4_compressBound(int size) { return size + size / 255 + 16; }

namespace lz4_block {

constexpr int kMinMatch = 4;
// No match begins in the last 12 bytes, and the last 5 are literals.
constexpr int kLastLiterals = 12;

inline char* put_length(char* out, int length) {
  for (; length >= 255; length -= 255) *out++ = static_cast<char>(255);
  *out++ = static_cast<char>(length);
  return out;
}

// Literals in..in+literals, then a match of `match` bytes `distance` back (none if match is 0).
inline char* put_sequence(char* out, const char* in, int literals, int distance, int match) {
  char* token = out++;
  const int high = literals < 15 ? literals : 15;
  if (high == 15) out = put_length(out, literals - 15);
  std::memcpy(out, in, literals);
  out += literals;
  if (match == 0) {
    *token = static_cast<char>(high << 4);
    return out;
  }
  *out++ = static_cast<char>(distance & 0xFF);
  *out++ = static_cast<char>(distance >> 8);
  const int low = match - kMinMatch < 15 ? match - kMinMatch : 15;
  if (low == 15) out = put_length(out, match - kMinMatch - 15);
  *token = static_cast<char>(high << 4 | low);
  return out;
}

}  // namespace lz4_block

inline int LZ4_compress_default(const char* in, char* out, int size, int) {
  using namespace lz4_block;
  const char* start = out;
  std::vector<int> seen(1 << 13, -1);
  int anchor = 0;
  for (int at = 0; at + kLastLiterals < size;) {
    uint32_t word;
    std::memcpy(&word, in + at, 4);
    int& slot = seen[word * 2654435761u >> 19];
    const int candidate = slot;
    slot = at;
    if (candidate < 0 || at - candidate > 65535 ||
        std::memcmp(in + candidate, in + at, kMinMatch) != 0) {
      ++at;
      continue;
    }
    int match = kMinMatch;
    while (at + match < size - 5 && in[candidate + match] == in[at + match]) ++match;
    out = put_sequence(out, in + anchor, at - anchor, at - candidate, match);
    at += match;
    anchor = at;
  }
  out = put_sequence(out, in + anchor, size - anchor, 0, 0);
  return static_cast<int>(out - start);
}
