/* SPDX-License-Identifier: Apache-2.0 */
/* A fake device for driver tests: registers in an array; a job ends when the test says so. */
#ifndef SCE_FAKE_H
#define SCE_FAKE_H

#include <stdint.h>

/* How the fake behaves from now on. */
struct sce_fake {
    uint32_t request;       /* what REQUEST reads after a start; 0: ACCEPTED */
    uint32_t status;        /* what a job ends with; 0: DONE */
    uint32_t fault_address; /* of a job that ends */
    uint32_t cycles;        /* that a job takes; UINT32_MAX: it never ends */
    uint32_t id;            /* what ID reads; 0: the right value */
    int failing_read;       /* offset of a register that cannot be read, -1: none */
    int failing_write;      /* the same for writes */
    int stuck_irq;          /* irq is high and nothing is pending */
    int stopped;            /* no time passes */
    int failing_wait;       /* waiting fails */
    int deaf;               /* an abort ends nothing */
    int stale;              /* a start finds the interrupt of an earlier job of its unit pending */
    unsigned together;      /* no job ends before so many units were busy at once */
};
extern struct sce_fake sce_fake;

/* Starts and aborted jobs since the beginning, and how many units were busy at once at most. */
extern _Atomic unsigned sce_fake_starts, sce_fake_aborts, sce_fake_most_busy;

#endif
