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
    uint32_t values[SCEGRAD_UNIT_REGISTERS];
    for (unsigned k = 0; k < SCEGRAD_UNIT_REGISTERS; ++k)
        if (sce_read(SCEGRAD_UNIT_BLOCK(unit) + 4 * k, &values[k]) != 0)
            return -1;
#define VALUE(name) values[SCEGRAD_UNIT_##name##_OFFSET / 4]
    *status = VALUE(STATUS);
    result->fault_address = VALUE(FAULT_ADDRESS);
    result->counters = (struct scegrad_counters){
        .cycles = VALUE(CYCLES),
        .elements = VALUE(ELEMENTS),
        .read_beats = VALUE(READ_BEATS),
        .write_beats = VALUE(WRITE_BEATS),
        .stall_read_data = VALUE(STALL_READ_DATA),
        .stall_write = VALUE(STALL_WRITE),
        .stall_datapath = VALUE(STALL_DATAPATH),
        .stall_port = VALUE(STALL_PORT),
    };
#undef VALUE
    return 0;
}
