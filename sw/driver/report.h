/* SPDX-License-Identifier: Apache-2.0 */
/* The one line that a call gives. */
#ifndef SCE_REPORT_H
#define SCE_REPORT_H

#include "device.h"

/* Sets the status and the message: what the status means, or `detail` in its place where that is
 * not null, and the call. */
void sce_fail(struct sce_result *result, const struct sce_request *request, int status,
              const char *detail);

/* What a call that was carried out has done: operator, elements, cores, cycles. */
void sce_describe(char *text, unsigned size, const struct sce_request *request,
                  const struct sce_result *result);

#endif
