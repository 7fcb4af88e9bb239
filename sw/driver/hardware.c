/* SPDX-License-Identifier: Apache-2.0 */
#include "hardware.h"

#include <stddef.h>

#include "access.h"
#include "place.h"
#include "scegrad_registers.h"

static struct sce_access hardware;

int sce_hardware_open(char *message, unsigned size) {
    return sce_access_open(&hardware, message, size) == 0 ? sce_identify(&hardware, message, size)
                                                          : -1;
}

int sce_hardware_can_close(void) {
    return hardware.close != NULL;
}

void sce_hardware_close(void) {
    hardware.close(hardware.context);
}

int sce_hardware_copied(void) {
    if (hardware.forked == NULL) {
        hardware.close = NULL; /* the parent closes it */
        return 0;
    }
    hardware.forked(hardware.context);
    return 1;
}

int sce_read(uint32_t offset, uint32_t *value) {
    return hardware.read32(hardware.context, offset, value);
}

int sce_write(uint32_t offset, uint32_t value) {
    return hardware.write32(hardware.context, offset, value);
}

int sce_pass(uint64_t cycles, uint64_t *passed) {
    return hardware.wait(hardware.context, cycles, passed);
}

const char *sce_hardware_error(void) {
    return hardware.error(hardware.context);
}

int sce_collect(unsigned unit, struct sce_result *result, uint32_t *status) {
    /* The fields have the order of the registers. */
    union {
        uint32_t words[SCEGRAD_UNIT_REGISTERS];
        struct {
            uint32_t status, fault_address;
            struct scegrad_counters counters;
        } registers;
    } block;
    _Static_assert(sizeof block.registers == sizeof block.words, "each counter has its field");
    for (unsigned k = 0; k < SCEGRAD_UNIT_REGISTERS; ++k)
        if (sce_read(SCEGRAD_UNIT_BLOCK(unit) + 4 * k, &block.words[k]) != 0)
            return -1;
    *status = block.registers.status;
    result->fault_address = block.registers.fault_address;
    result->counters = block.registers.counters;
    return 0;
}
