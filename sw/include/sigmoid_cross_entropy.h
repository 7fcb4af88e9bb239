/* SPDX-License-Identifier: Apache-2.0 */
/* The operator library's own name of scegrad.h, for its programs. */
#ifndef SIGMOID_CROSS_ENTROPY_H
#define SIGMOID_CROSS_ENTROPY_H

#include "scegrad.h"

#endif
