/* SPDX-License-Identifier: Apache-2.0 */
/* scegrad.h under the operator library's name, for its programs. */
#ifndef SIGMOID_CROSS_ENTROPY_H
#define SIGMOID_CROSS_ENTROPY_H

#include "scegrad.h"

#endif
