/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "scegrad_platform.h"
#include "scegrad_registers.h"

int sce_identify(const struct sce_access *access, char *message, unsigned room) {
    static const struct {
        const char *name;
        uint32_t offset, value;
    } expected[] = {
        {"ID", SCEGRAD_ID_OFFSET, SCEGRAD_ID_VALUE},
        {"CAPABILITIES", SCEGRAD_CAPABILITIES_OFFSET, SCE_PLATFORM_CAPABILITIES},
        {"WIDTHS", SCEGRAD_WIDTHS_OFFSET, SCE_PLATFORM_WIDTHS},
    };
    for (unsigned k = 0; k < sizeof expected / sizeof *expected; ++k) {
        uint32_t value;
        if (access->read32(access->context, expected[k].offset, &value) != 0) {
            snprintf(message, room, "%s", access->error(access->context));
            return -1;
        }
        if (value != expected[k].value) {
            snprintf(message, room, "register %s reads 0x%08" PRIx32 ", but %s has 0x%08" PRIx32, expected[k].name, value,
                     SCE_PLATFORM_NAME, expected[k].value);
            return -1;
        }
    }
    return 0;
}

int sce_timeout_setting(uint64_t *cycles, char *message, unsigned room) {
    const char *text = getenv("SCEGRAD_TIMEOUT");
    char *end = NULL;
    *cycles = 0;
    if (text == NULL || *text == '\0')
        return 0;
    errno = 0;
    *cycles = strtoull(text, &end, 0);
    if (*end == '\0' && *text >= '0' && *text <= '9' && errno == 0)
        return 0;
    snprintf(message, room, "SCEGRAD_TIMEOUT is \"%s\", but must be a number of clock cycles", text);
    return -1;
}

static const struct sce_window *window_of(uint64_t address) {
    for (const struct sce_window *window = sce_access_windows(); window->name != NULL; ++window)
        if (address >= window->base && address - window->base < window->size)
            return window;
    return NULL;
}

/* What the hardware would answer, in its order, if its registers could hold such a pointer. */
static int foreign(const struct sce_request *request, uint64_t any) {
    if (request->length < 0)
        return SCEGRAD_LENGTH_NEGATIVE;
    if (request->fp16 && !SCE_PLATFORM_FP16)
        return SCEGRAD_FORMAT_MISSING;
    if (!request->private_job && (request->core_mask == 0 || request->core_mask >> SCE_PLATFORM_CORES != 0))
        return SCEGRAD_CORE_MASK_INVALID;
    return any % (request->fp16 ? 2u : 4u) != 0 ? SCEGRAD_MISALIGNED : SCEGRAD_OUTSIDE_MEMORY;
}

int sce_prepare(const struct sce_request *request, struct sce_place *place, struct sce_result *result) {
    const uint64_t arrays[] = {request->logits, request->labels, request->gradient};
    const uint64_t any = arrays[0] | arrays[1] | arrays[2];
    const struct sce_window *window = window_of(request->gradient);
    if (any >> 32 != 0) {
        sce_fail(result, request, foreign(request, any), NULL);
        return -1;
    }
    for (unsigned k = 0; k < 3; ++k) {
        const struct sce_window *holder = window_of(arrays[k]);
        if (holder != NULL && !holder->mapped) {
            char detail[128];
            snprintf(detail, sizeof detail, "an array lies in the window of %s, which could not be mapped", holder->name);
            sce_fail(result, request, SCEGRAD_NOT_MAPPED, detail);
            return -1;
        }
    }
    place->unit = SCEGRAD_UNIT_SHARED;
    place->units = SCEGRAD_UNIT_BIT(SCEGRAD_UNIT_SHARED) | (request->core_mask & SCEGRAD_BUSY_CORES_MASK);
    if (request->private_job) {
        place->unit = window != NULL ? window->core : -1;
        place->units = place->unit >= 0 ? SCEGRAD_UNIT_BIT(place->unit) : 0;
    }
    return 0;
}
