/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the opened hardware, through its access layer (access.h). Only a thread that
 * holds the registers (queues.h) calls these functions. Those that return int return 0, or -1 if
 * the registers could not be accessed. */
#ifndef SCE_HARDWARE_H
#define SCE_HARDWARE_H

#include "device.h"

/* Opens the hardware of this library's platform; -1 with a line in `message`. */
int sce_hardware_open(char *message, unsigned size);
void sce_hardware_close(void);
int sce_hardware_can_close(void);

/* In a forked process: whether the fork copied the hardware, so that the copy is ready for use. */
int sce_hardware_copied(void);

int sce_read(uint32_t offset, uint32_t *value);
int sce_write(uint32_t offset, uint32_t value);

/* Lets time pass, as access.h says: 1 if irq is high, 0 if it is not, or -1. */
int sce_pass(uint64_t cycles, uint64_t *passed);

/* A unit's registers about its last job. */
int sce_collect(unsigned unit, struct sce_result *result, uint32_t *status);

/* The last error, in one line. */
const char *sce_hardware_error(void);

#endif
