/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    int status;
    const char *text;
} texts[] = {
    {SCEGRAD_OK, "no error"},
    {SCEGRAD_LENGTH_NEGATIVE, "length is negative"},
    {SCEGRAD_FORMAT_MISSING, "the platform's cores do not compute this format"},
    {SCEGRAD_CORE_MASK_INVALID, "core_mask is 0 or names a core that the platform lacks"},
    {SCEGRAD_MISALIGNED, "an address is not a multiple of the element's size"},
    {SCEGRAD_OUTSIDE_MEMORY, "an array lies outside every memory of the hardware or runs past the end of its memory"},
    {SCEGRAD_MIXED_MEMORIES, "the arrays are not all in shared memory (_s), or not all in the private memory of one core (_p)"},
    {SCEGRAD_OVERLAP, "the output overlaps an input without being exactly that input"},
    {SCEGRAD_BUSY, "a core that the job needs is still running a job that was given up"},
    {SCEGRAD_READ_SLVERR, "a read was answered SLVERR"},
    {SCEGRAD_READ_DECERR, "a read was answered DECERR"},
    {SCEGRAD_WRITE_SLVERR, "a write was answered SLVERR"},
    {SCEGRAD_WRITE_DECERR, "a write was answered DECERR"},
    {SCEGRAD_TIMEOUT, "the job did not end in time and was given up"},
    {SCEGRAD_NOT_MAPPED, "an array lies in a memory window that could not be mapped"},
    {SCEGRAD_SETUP, "the hardware could not be opened"},
    {SCEGRAD_HARDWARE, "the registers could not be accessed or read what they must not"},
};

__attribute__((visibility("default"))) const char *scegrad_strerror(int status) {
    for (unsigned k = 0; k < sizeof texts / sizeof *texts; ++k)
        if (texts[k].status == status)
            return texts[k].text;
    return "unknown status";
}

void sce_fail(struct sce_result *result, const struct sce_request *request, int status, const char *detail) {
    char mask[32] = "";
    result->status = status;
    if (!request->private_job)
        snprintf(mask, sizeof mask, ", core_mask 0x%" PRIx32, request->core_mask);
    snprintf(result->message, sizeof result->message,
             "%s: %s (Input0 0x%" PRIx64 ", Input1 0x%" PRIx64 ", output 0x%" PRIx64 ", length %" PRId32 "%s)", request->function,
             detail != NULL ? detail : scegrad_strerror(status), request->logits, request->labels, request->gradient, request->length,
             mask);
}
