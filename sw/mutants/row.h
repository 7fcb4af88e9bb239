// What the ports of a platform show before one clock edge, and in what a mutant differs from it.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "Vtop.h"
#include "pins.h"

// Kinds of difference. A handshake is there in another cycle, or never; or it is there in the same
// cycle with another payload.
enum { kSame = 0, kHandshake = 1, kPayload = 2 };

struct Row {
#define SCE_MEMBER(pin, ...) std::remove_cvref_t<decltype(Vtop::pin)> pin;
  SCE_INPUTS(SCE_MEMBER)
  SCE_OUTPUTS(SCE_MEMBER, SCE_MEMBER, SCE_MEMBER, SCE_MEMBER)
#undef SCE_MEMBER

  explicit Row(const Vtop& top) {
    std::memset(static_cast<void*>(this), 0, sizeof *this);  // the gaps between members too
#define SCE_SAVE(pin, ...) pin = top.pin;
    SCE_INPUTS(SCE_SAVE)
    SCE_OUTPUTS(SCE_SAVE, SCE_SAVE, SCE_SAVE, SCE_SAVE)
#undef SCE_SAVE
  }

  void drive(Vtop& top) const {
#define SCE_DRIVE(pin) top.pin = pin;
    SCE_INPUTS(SCE_DRIVE)
#undef SCE_DRIVE
  }

  // The first kind of difference that another model, given the same inputs, shows to who looks at
  // handshakes alone: valid always, ready with valid, the rest in a handshake's cycles, and of
  // the data what is strobed.
  int difference(const Vtop& top) const {
#define SCE_NONE(...)
#define SCE_ALWAYS(pin) \
  if (top.pin != pin) return kHandshake;
#define SCE_READY(pin, valid) \
  if (valid && top.pin != pin) return kHandshake;
    SCE_OUTPUTS(SCE_ALWAYS, SCE_READY, SCE_NONE, SCE_NONE)
#define SCE_PAYLOAD(pin, valid) \
  if (valid && std::memcmp(&top.pin, &pin, sizeof pin) != 0) return kPayload;
#define SCE_DATA(pin, strobes, valid) \
  if (valid && !same_bytes(&top.pin, &pin, &strobes, sizeof pin)) return kPayload;
    SCE_OUTPUTS(SCE_NONE, SCE_NONE, SCE_PAYLOAD, SCE_DATA)
#undef SCE_NONE
#undef SCE_ALWAYS
#undef SCE_READY
#undef SCE_PAYLOAD
#undef SCE_DATA
    return kSame;
  }

  static bool same_bytes(const void* a, const void* b, const void* strobes, size_t size) {
    const auto *x = static_cast<const uint8_t*>(a), *y = static_cast<const uint8_t*>(b);
    const auto* enabled = static_cast<const uint8_t*>(strobes);
    for (size_t i = 0; i < size; ++i)
      if ((enabled[i / 8] >> i % 8 & 1) != 0 && x[i] != y[i]) return false;
    return true;
  }
};
