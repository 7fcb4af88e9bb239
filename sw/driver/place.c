/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "report.h"
#include "scegrad_platform.h"
#include "scegrad_registers.h"
#include "system.h"
#include "text.h"

int sce_identify(const struct sce_access *access, char *message, unsigned size) {
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
            sce_format(message, size, "%s", access->error(access->context));
            return -1;
        }
        if (value != expected[k].value) {
            sce_format(message, size, "register %s reads %a, but %s has %a", expected[k].name,
                       (uint64_t)value, SCE_PLATFORM_NAME, (uint64_t)expected[k].value);
            return -1;
        }
    }
    return 0;
}

int sce_timeout_setting(uint64_t *cycles, char *message, unsigned size) {
    const char *text = sce_setting("SCEGRAD_TIMEOUT");
    *cycles = 0;
    if (text == NULL || sce_number(text, cycles) == 0)
        return 0;
    sce_format(message, size, "SCEGRAD_TIMEOUT is \"%s\", but must be a number of clock cycles",
               text);
    return -1;
}

static const struct sce_window *window_of(uint64_t address) {
    for (const struct sce_window *window = sce_access_windows(); window->name != NULL; ++window)
        if (address >= window->base && address - window->base < window->size)
            return window;
    return NULL;
}

/* The hardware's answer, in its order of checks, if its registers could hold such a pointer. */
static int foreign(const struct sce_request *request, uint64_t any) {
    if (request->length < 0)
        return SCEGRAD_LENGTH_NEGATIVE;
    if (request->fp16 && !SCE_PLATFORM_FP16)
        return SCEGRAD_FORMAT_MISSING;
    if (!request->private_job && request->core_mask == 0)
        return SCEGRAD_CORE_MASK_INVALID;
    return any % (request->fp16 ? 2u : 4u) != 0 ? SCEGRAD_MISALIGNED : SCEGRAD_OUTSIDE_MEMORY;
}

/* Whether an array lies in a private memory of a core; an empty one may lie at its end. */
static int core_holds(int core, uint64_t address, uint64_t size) {
    for (const struct sce_window *window = sce_access_windows(); window->name != NULL; ++window)
        if (window->core == core && address >= window->base &&
            address + size <= window->base + window->size)
            return 1;
    return 0;
}

/* The core to which the hardware gives a private job: the lowest core whose memories contain every
 * array; -1 if there is none. */
static int owner_of(const uint64_t *arrays, uint64_t size) {
    for (int core = 0; core < SCE_PLATFORM_CORES; ++core)
        if (core_holds(core, arrays[0], size) && core_holds(core, arrays[1], size) &&
            core_holds(core, arrays[2], size))
            return core;
    return -1;
}

static int refuse_unmapped(const struct sce_request *request, const uint64_t *arrays,
                           struct sce_result *result) {
    for (unsigned k = 0; k < 3; ++k) {
        const struct sce_window *holder = window_of(arrays[k]);
        if (holder != NULL && !holder->mapped) {
            char detail[128];
            sce_format(detail, sizeof detail,
                       "an array lies in the window of %s, which could not be mapped",
                       holder->name);
            sce_fail(result, request, SCEGRAD_NOT_MAPPED, detail);
            return -1;
        }
    }
    return 0;
}

int sce_find_place(struct sce_request *request, struct sce_place *place,
                   struct sce_result *result) {
    const uint64_t element = request->fp16 ? 2 : 4,
                   size = request->length > 0 ? element * (uint64_t)request->length : 0;
    uint64_t *const arrays[] = {&request->logits, &request->labels, &request->gradient};
    const uint64_t any = request->logits | request->labels | request->gradient;
    /* If a memory ends with the address space, its end is no address of the hardware. For an array
     * without elements, one element before the end serves as well. */
    for (unsigned k = 0; k < 3; ++k)
        if (*arrays[k] == UINT64_C(1) << 32 && request->length == 0)
            *arrays[k] -= element;
    const uint64_t places[] = {request->logits, request->labels, request->gradient};
    if ((places[0] | places[1] | places[2]) >> 32 != 0) {
        sce_fail(result, request, foreign(request, any), NULL);
        return -1;
    }
    if (refuse_unmapped(request, places, result) != 0)
        return -1;
    place->unit = SCEGRAD_UNIT_SHARED;
    place->units = SCEGRAD_UNIT_BIT(SCEGRAD_UNIT_SHARED) | request->core_mask;
    if (request->private_job) {
        place->unit = owner_of(places, size);
        place->units = place->unit >= 0 ? SCEGRAD_UNIT_BIT(place->unit) : 0;
    }
    return 0;
}
