/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's interface to the hardware. A library is linked with one implementation (sw/access),
 * which defines sce_access_open() and sce_access_windows(); the driver uses nothing else of it. */
#ifndef SCE_ACCESS_H
#define SCE_ACCESS_H

#include <stdint.h>

/* One memory of the hardware, at the hardware's address in the program's address space. */
struct sce_window {
    const char *name;
    uint32_t base;
    uint64_t size;
    int core;   /* the core whose private memory it is; -1: shared memory */
    int mapped; /* whether the program can touch it */
};

/* The opened hardware. Functions that return int return 0, or -1 if the registers could not be
 * accessed. Only one thread calls them at a time. */
struct sce_access {
    void *context;
    int (*read32)(void *context, uint32_t offset, uint32_t *value);
    int (*write32)(void *context, uint32_t offset, uint32_t value);

    /* Lets time pass until irq is high, or for about `cycles` clock cycles; *passed is the number
     * of cycles that passed. It may return early. Returns 1 if irq is high, 0 if it is not, -1 as
     * above. */
    int (*wait)(void *context, uint64_t cycles, uint64_t *passed);

    /* The last error, in one line. */
    const char *(*error)(void *context);
    void (*close)(void *context);

    /* In a forked process that has a copy of the hardware: makes the copy ready for use. Null if a
     * fork does not copy the hardware. */
    void (*forked)(void *context);
};

/* Opens the hardware, once per process. Returns 0, or -1 with a line in `message`. */
int sce_access_open(struct sce_access *access, char *message, unsigned size);

/* The windows, which are mapped before main() runs; the list ends with a null name. */
const struct sce_window *sce_access_windows(void);

#endif
