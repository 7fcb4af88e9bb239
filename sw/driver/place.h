/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver decides before it writes a register. */
#ifndef SCE_PLACE_H
#define SCE_PLACE_H

#include "access.h"
#include "device.h"

/* What a job needs. */
struct sce_place {
    int unit;       /* that will run it; -1 if no unit can, which the hardware is to refuse */
    uint32_t units; /* that have to be idle: bits as in the register BUSY */
};

/* Makes sure that the hardware is that of this library's platform; returns 0, or -1 with a line in
 * `message`. */
int sce_identify(const struct sce_access *access, char *message, unsigned size);

/* The environment's SCEGRAD_TIMEOUT, 0 if it is not set; returns 0, or -1 with a line in
 * `message`. */
int sce_timeout_setting(uint64_t *cycles, char *message, unsigned size);

/* Finds the place of a job; returns -1, with the result set, for the few that the hardware cannot
 * be asked about: pointers that its registers cannot hold, and arrays in a window that is not
 * there. All else is the hardware's to refuse. */
int sce_find_place(struct sce_request *request, struct sce_place *place, struct sce_result *result);

#endif
