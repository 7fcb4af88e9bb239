/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's decisions before it writes a register. */
#ifndef SCE_PLACE_H
#define SCE_PLACE_H

#include "access.h"
#include "device.h"

/* The needs of a job. */
struct sce_place {
    int unit;       /* runs the job; -1 if no unit can: the hardware will refuse it */
    uint32_t units; /* must be idle: bits as in the register BUSY */
};

/* Makes sure that the hardware is that of this library's platform; returns 0, or -1 with a line in
 * `message`. */
int sce_identify(const struct sce_access *access, char *message, unsigned size);

/* Reads SCEGRAD_TIMEOUT from the environment, 0 if it is not set; returns 0, or -1 with a line in
 * `message`. */
int sce_timeout_setting(uint64_t *cycles, char *message, unsigned size);

/* Finds the place of a job. Returns -1, with the result set, for two kinds of jobs that the
 * hardware cannot judge: pointers that its registers cannot hold, and arrays in an unmapped window.
 * The hardware refuses all other wrong jobs. */
int sce_find_place(struct sce_request *request, struct sce_place *place, struct sce_result *result);

#endif
