/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stddef.h>

#include "scegrad_registers.h"
#include "text.h"

__attribute__((visibility("default"))) const char *scegrad_strerror(int status) {
    switch (status) {
#define TEXT(name, code, text)                                                                     \
    case code:                                                                                     \
        return text;
        SCEGRAD_EACH_STATUS(TEXT)
#undef TEXT
    default:
        return "unknown status";
    }
}

void sce_fail(struct sce_result *result, const struct sce_request *request, int status,
              const char *detail) {
    char mask[32] = "";
    result->status = status;
    if (!request->private_job)
        sce_format(mask, sizeof mask, ", core_mask 0x%x", (uint64_t)request->given_mask);
    sce_format(result->message, sizeof result->message,
               "%s: %s (Input0 0x%x, Input1 0x%x, output 0x%x, length %d%s)", request->function,
               detail != NULL ? detail : scegrad_strerror(status), request->logits, request->labels,
               request->gradient, (int)request->length, mask);
}

void sce_describe(char *text, unsigned size, const struct sce_request *request,
                  const struct sce_result *result) {
    sce_format(text, size, "%s: %d elements of %s, %s memory, cores 0x%x, %u cycles",
               request->function, (int)request->length, request->fp16 ? "fp16" : "fp32",
               request->private_job ? "private" : "shared",
               (uint64_t)(result->units & SCEGRAD_BUSY_CORES_MASK),
               (uint64_t)result->counters.cycles);
}
