/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of scegrad.h. */
#include "scegrad.h"

#include "device.h"
#include "report.h"
#include "scegrad_platform.h"
#include "system.h"
#include "text.h"

#define PUBLIC __attribute__((visibility("default")))

static SCE_PER_THREAD struct sce_result last;
static int quiet = -1; /* guarded by the lock; -1: by the environment */

static int is_set(const char *name) {
    const char *text = sce_setting(name);
    return text != NULL && !(text[0] == '0' && text[1] == '\0');
}

static int is_quiet(void) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    sce_lock();
    const int value = quiet;
    sce_unlock();
    sce_guard_end(&guard);
    return value >= 0 ? value : is_set("SCEGRAD_QUIET");
}

/* If no lines are wanted, this function makes none. */
static void call(const struct sce_request *request) {
    char line[SCE_MESSAGE_BYTES + 16];
    struct sce_result result; /* not `last`: a signal handler may call the operator */
    sce_device_run(request, &result);
    last = result;
    if (result.status != SCEGRAD_OK && !is_quiet()) {
        sce_format(line, sizeof line, "scegrad: %s", result.message);
        sce_print(line);
    } else if (result.status == SCEGRAD_OK && is_set("SCEGRAD_VERBOSE")) {
        char done[SCE_MESSAGE_BYTES];
        sce_describe(done, sizeof done, request, &result);
        sce_format(line, sizeof line, "scegrad: %s", done);
        sce_print(line);
    }
}

/* Bits of core_mask beyond these are ignored, as in the operator library. */
#define ALL_CORES ((UINT32_C(1) << SCE_PLATFORM_CORES) - 1)

/* Runs the job of the function in which it is used. */
#define CALL(length_, mask_, private_, fp16_)                                                      \
    call(&(const struct sce_request){                                                              \
        .function = __func__,                                                                      \
        .logits = (uintptr_t)Input0,                                                               \
        .labels = (uintptr_t)Input1,                                                               \
        .gradient = (uintptr_t)output,                                                             \
        .length = (length_),                                                                       \
        .given_mask = (uint32_t)(mask_),                                                           \
        .core_mask = (uint32_t)(mask_) & ALL_CORES,                                                \
        .private_job = (private_),                                                                 \
        .fp16 = (fp16_),                                                                           \
    })

PUBLIC void fp_sigmoidcrossentropywithlogitsgrad_s(float *Input0, float *Input1, float *output,
                                                   int length, int core_mask) {
    CALL(length, core_mask, 0, 0);
}

PUBLIC void fp_sigmoidcrossentropywithlogitsgrad_p(float *Input0, float *Input1, float *output,
                                                   int length) {
    CALL(length, 0, 1, 0);
}

#if SCE_PLATFORM_FP16

PUBLIC void hp_sigmoidcrossentropywithlogitsgrad_s(half *Input0, half *Input1, half *output,
                                                   int length, int core_mask) {
    CALL(length, core_mask, 0, 1);
}

PUBLIC void hp_sigmoidcrossentropywithlogitsgrad_p(half *Input0, half *Input1, half *output,
                                                   int length) {
    CALL(length, 0, 1, 1);
}

#endif

PUBLIC int scegrad_status(void) {
    return last.status;
}

PUBLIC const char *scegrad_message(void) {
    return last.message;
}

PUBLIC void scegrad_set_quiet(int value) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    sce_lock();
    quiet = value != 0;
    sce_unlock();
    sce_guard_end(&guard);
}

PUBLIC void scegrad_set_timeout(uint64_t cycles) {
    sce_device_set_timeout(cycles);
}

PUBLIC void scegrad_abort(uint32_t units) {
    sce_device_abort(units);
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
