/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver needs of the hardware below it. An implementation (sw/access) is chosen when a
 * library is linked: it defines sce_access_open() and sce_access_windows(), and the driver knows
 * nothing else of it. */
#ifndef SCE_ACCESS_H
#define SCE_ACCESS_H

#include <stdint.h>

/* One memory of the hardware as the program sees it, byte for byte at the hardware's address. */
struct sce_window {
    const char *name;
    uint32_t base;
    uint64_t size;
    int core;   /* whose private memory it is; -1: shared memory */
    int mapped; /* whether the program can touch it */
};

/* The hardware, opened. Functions that return int return 0, or -1 if the registers could not be
 * accessed. One thread calls at a time. */
struct sce_access {
    void *context;
    int (*read32)(void *context, uint32_t offset, uint32_t *value);
    int (*write32)(void *context, uint32_t offset, uint32_t value);

    /* Lets time pass until irq is high, or for about `cycles` clock cycles; *passed is how many
     * went by. It may return early. Returns 1 if irq is high, 0 if it is not, -1 as above. */
    int (*wait)(void *context, uint64_t cycles, uint64_t *passed);

    /* What went wrong last, in one line. */
    const char *(*error)(void *context);
    void (*close)(void *context);

    /* In a process that was forked and has the hardware, as it was then, for itself: makes it fit
     * for use. Null if it has not. */
    void (*forked)(void *context);
};

/* Opens the hardware, once in a process. Returns 0, or -1 with a line in `message`. */
int sce_access_open(struct sce_access *access, char *message, unsigned size);

/* The windows, which are mapped before main() runs; the list ends with a null name. */
const struct sce_window *sce_access_windows(void);

#endif
