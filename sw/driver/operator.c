/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of scegrad.h. */
#include "scegrad.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "scegrad_platform.h"
#include "scegrad_registers.h"

#define SAME(name) _Static_assert((int)SCEGRAD_##name == (int)SCEGRAD_STATUS_##name, "scegrad.h and the registers differ: " #name)
SAME(LENGTH_NEGATIVE);
SAME(FORMAT_MISSING);
SAME(CORE_MASK_INVALID);
SAME(MISALIGNED);
SAME(OUTSIDE_MEMORY);
SAME(MIXED_MEMORIES);
SAME(OVERLAP);
SAME(BUSY);
SAME(READ_SLVERR);
SAME(READ_DECERR);
SAME(WRITE_SLVERR);
SAME(WRITE_DECERR);

#define PUBLIC __attribute__((visibility("default")))

static _Thread_local struct sce_result last;
static atomic_int quiet = -1; /* -1: as the environment says */

static int is_quiet(void) {
    int value = atomic_load(&quiet);
    if (value < 0) {
        const char *text = getenv("SCEGRAD_QUIET");
        value = text != NULL && *text != '\0' && strcmp(text, "0") != 0;
        int unset = -1;
        if (!atomic_compare_exchange_strong(&quiet, &unset, value))
            value = unset;
    }
    return value;
}

static void call(const struct sce_request *request) {
    sce_device_run(request, &last);
    if (last.status != SCEGRAD_OK && !is_quiet())
        fprintf(stderr, "scegrad: %s\n", last.message);
}

#define REQUEST(length_, mask_, private_, fp16_)                                                                        \
    {                                                                                                                   \
        .function = __func__, .logits = (uintptr_t)Input0, .labels = (uintptr_t)Input1, .gradient = (uintptr_t)output, \
        .length = (length_), .core_mask = (uint32_t)(mask_), .private_job = (private_), .fp16 = (fp16_)                 \
    }

PUBLIC void fp_sigmoidcrossentropywithlogitsgrad_s(float *Input0, float *Input1, float *output, int length, int core_mask) {
    const struct sce_request request = REQUEST(length, core_mask, 0, 0);
    call(&request);
}

PUBLIC void fp_sigmoidcrossentropywithlogitsgrad_p(float *Input0, float *Input1, float *output, int length) {
    const struct sce_request request = REQUEST(length, 0, 1, 0);
    call(&request);
}

#if SCE_PLATFORM_FP16

PUBLIC void hp_sigmoidcrossentropywithlogitsgrad_s(half *Input0, half *Input1, half *output, int length, int core_mask) {
    const struct sce_request request = REQUEST(length, core_mask, 0, 1);
    call(&request);
}

PUBLIC void hp_sigmoidcrossentropywithlogitsgrad_p(half *Input0, half *Input1, half *output, int length) {
    const struct sce_request request = REQUEST(length, 0, 1, 1);
    call(&request);
}

#endif

PUBLIC int scegrad_status(void) {
    return last.status;
}

PUBLIC const char *scegrad_message(void) {
    return last.message;
}

PUBLIC void scegrad_set_quiet(int value) {
    atomic_store(&quiet, value != 0);
}

PUBLIC void scegrad_set_timeout(uint64_t cycles) {
    sce_device_set_timeout(cycles);
}

PUBLIC uint64_t scegrad_cycles(void) {
    return last.counters.cycles;
}

PUBLIC void scegrad_get_counters(struct scegrad_counters *counters) {
    *counters = last.counters;
}

PUBLIC uint32_t scegrad_fault_address(void) {
    return last.fault_address;
}

PUBLIC const char *scegrad_platform(void) {
    return SCE_PLATFORM_NAME;
}

PUBLIC int scegrad_cores(void) {
    return SCE_PLATFORM_CORES;
}
