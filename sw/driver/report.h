/* SPDX-License-Identifier: Apache-2.0 */
/* The line of text about a call. */
#ifndef SCE_REPORT_H
#define SCE_REPORT_H

#include "device.h"

/* Sets the status and the message. The message has the text of the status (or `detail`, if that is
 * not null) and the call. */
void sce_fail(struct sce_result *result, const struct sce_request *request, int status,
              const char *detail);

/* The line about a successful call: operator, elements, cores, cycles. */
void sce_describe(char *text, unsigned size, const struct sce_request *request,
                  const struct sce_result *result);

#endif
