// What the ports of a platform show before one clock edge.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "Vtop.h"
#include "pins.h"

struct Row {
#define SCE_MEMBER(pin) std::remove_cvref_t<decltype(Vtop::pin)> pin;
  SCE_PINS(SCE_MEMBER)
#undef SCE_MEMBER

  explicit Row(const Vtop& top) {
    std::memset(static_cast<void*>(this), 0, sizeof *this);  // the gaps between members too
#define SCE_SAVE(pin) pin = top.pin;
    SCE_PINS(SCE_SAVE)
#undef SCE_SAVE
  }
};
