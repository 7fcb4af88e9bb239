/* SPDX-License-Identifier: Apache-2.0 */
/* A fake device for driver tests: registers in an array; a job ends when the test says so. */
#ifndef SCE_FAKE_H
#define SCE_FAKE_H

#include <stdint.h>

/* How the fake behaves from now on. */
struct sce_fake {
    uint32_t request;       /* value of REQUEST after a start; 0: ACCEPTED */
    uint32_t status;        /* status of a job at its end; 0: DONE */
    uint32_t fault_address; /* of a job at its end */
    uint32_t cycles;        /* length of a job; UINT32_MAX: it never ends */
    uint32_t id;            /* value of ID; 0: the right one */
    int failing_read;       /* offset of a register that cannot be read, -1: none */
    int failing_write;      /* the same for writes */
    int stuck_irq;          /* irq is high although nothing is pending */
    int stopped;            /* no time passes */
    int failing_wait;       /* waiting fails */
    int deaf;               /* an abort ends nothing */
    int stale;              /* a start finds the interrupt of an earlier job of its unit pending */
    unsigned together;      /* no job ends before this number of units were busy together */
};
extern struct sce_fake sce_fake;

/* Number of starts and of aborted jobs since the beginning, and the most units busy together. */
extern _Atomic unsigned sce_fake_starts, sce_fake_aborts, sce_fake_most_busy;

#endif
