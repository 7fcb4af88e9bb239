// In place of the header of this name in Verilator, which aborts the process: a failed check is an
// exception, for waves.cpp to catch.
#pragma once

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

#define FST_CHECK(a) \
  if (!(a)) throw std::runtime_error("the writer of waves failed: " #a)
#define FST_CHECK_EQ(a, b) FST_CHECK((a) == (b))
#define FST_CHECK_NE(a, b) FST_CHECK((a) != (b))
#define FST_CHECK_GT(a, b) FST_CHECK((a) > (b))
#define FST_CHECK_GE(a, b) FST_CHECK((a) >= (b))
#define FST_CHECK_LT(a, b) FST_CHECK((a) < (b))
#define FST_CHECK_LE(a, b) FST_CHECK((a) <= (b))

#define FST_DCHECK(a) FST_CHECK(a)
#define FST_DCHECK_EQ(a, b) FST_CHECK_EQ(a, b)
#define FST_DCHECK_NE(a, b) FST_CHECK_NE(a, b)
#define FST_DCHECK_GT(a, b) FST_CHECK_GT(a, b)
#define FST_DCHECK_GE(a, b) FST_CHECK_GE(a, b)
#define FST_DCHECK_LT(a, b) FST_CHECK_LT(a, b)
#define FST_DCHECK_LE(a, b) FST_CHECK_LE(a, b)

#define FST_UNREACHABLE std::abort()
