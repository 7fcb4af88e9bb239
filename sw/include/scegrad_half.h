/* SPDX-License-Identifier: Apache-2.0 */
/* half: an element of fp16 (IEEE binary16). It is _Float16 if the compiler has this type. Otherwise
 * (C++ before g++ 13 and clang 15, for example) it holds the element's bits: a 16-bit storage type
 * without arithmetic. SCEGRAD_HALF_IS_STORAGE is then defined, and a number assigned to `half` is
 * taken as bits. Define SCEGRAD_HALF_AS_STORAGE before the include to get this type with every
 * compiler. The two conversions below work on either kind. */
#ifndef SCEGRAD_HALF_H
#define SCEGRAD_HALF_H

#include <stdint.h>

#if defined(__clang__)
#if __clang_major__ >= 15 || defined(__aarch64__) || defined(__AVX512FP16__)
#define SCEGRAD_HAS_FLOAT16 1
#endif
#elif defined(__FLT16_MAX__) && (!defined(__cplusplus) || __GNUC__ >= 13)
#define SCEGRAD_HAS_FLOAT16 1
#endif

#if defined(SCEGRAD_HAS_FLOAT16) && !defined(SCEGRAD_HALF_AS_STORAGE)

__extension__ typedef _Float16 half;

/* A float rounded to half, to nearest, ties to even. */
static inline half scegrad_half_from_float(float value) {
    return (half)value;
}

/* A half as float, which is exact. */
static inline float scegrad_half_to_float(half value) {
    return (float)value;
}

#else

#define SCEGRAD_HALF_IS_STORAGE 1
typedef uint16_t half;

/* A float rounded to half, to nearest, ties to even. */
static inline half scegrad_half_from_float(float value) {
    uint32_t bits, magnitude, sign, unit, rest, result;
    __builtin_memcpy(&bits, &value, sizeof bits);
    sign = bits >> 16 & 0x8000u;
    magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u)
        return (half)(sign | 0x7E00u);
    if (magnitude >= 0x47800000u) /* 65536 */
        return (half)(sign | 0x7C00u);
    if (magnitude < 0x33000000u) /* 2^-25: half of the smallest subnormal */
        return (half)sign;
    if (magnitude >= 0x38800000u) { /* 2^-14: the smallest normal number */
        unit = 13;
        result = (magnitude - 0x38000000u) >> unit;
        rest = magnitude & 0x1FFFu;
    } else {
        unit = 126u - (magnitude >> 23);
        magnitude = (magnitude & 0x7FFFFFu) | 0x800000u;
        result = magnitude >> unit;
        rest = magnitude & ((1u << unit) - 1u);
    }
    if (rest > 1u << (unit - 1u) || (rest == 1u << (unit - 1u) && (result & 1u)))
        ++result;
    return (half)(sign | result);
}

/* A half as float, which is exact. */
static inline float scegrad_half_to_float(half value) {
    uint32_t sign = (uint32_t)(value & 0x8000u) << 16, magnitude = value & 0x7FFFu, bits;
    float result;
    if (magnitude < 0x400u) { /* zero and subnormals: units of 2^-24 */
        result = (float)magnitude / 16777216.0f;
        __builtin_memcpy(&bits, &result, sizeof bits);
    } else if (magnitude < 0x7C00u) {
        bits = (magnitude << 13) + 0x38000000u;
    } else {
        bits = (magnitude << 13) + 0x70000000u;
    }
    bits |= sign;
    __builtin_memcpy(&result, &bits, sizeof result);
    return result;
}

#endif

#endif
