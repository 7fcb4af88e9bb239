/* SPDX-License-Identifier: Apache-2.0 */
/* What each unit of the hardware runs: starts, ends, time limits, aborts. Every function is called
 * while the thread holds the registers (queues.h), and without the lock. The lock guards `state`
 * and `ticket` of a job, the registers the rest of it. */
#ifndef SCE_UNITS_H
#define SCE_UNITS_H

#include "device.h"
#include "place.h"
#include "queues.h"

enum sce_state { SCE_WAITS, SCE_RUNS, SCE_ENDED };

/* A call, from its ticket for the units to its end. */
struct sce_job {
    struct sce_ticket ticket;
    enum sce_state state;
    struct sce_request request;
    struct sce_place place;
    struct sce_result result;
    uint64_t limit;    /* cycles that it may take */
    uint64_t deadline; /* when it is aborted, or given up after it was */
    int late;          /* it was aborted because it was out of time */
};

/* Opens the hardware, ends what a program before left running, and enables interrupts; 0, or -1
 * with a line in `message`. */
int sce_units_open(char *message, unsigned size);
void sce_units_close(void);

/* Starts a job on its units, which no other job of this process has; it ends at once if the
 * hardware refuses it. */
void sce_units_start(struct sce_job *job, uint64_t limit);

/* Lets some time pass, and sees to the jobs whose end or deadline came. */
void sce_units_advance(void);

/* Asks the units of `units` that run a job to end it early. */
void sce_units_abort(uint32_t units);

/* Whether any job runs; with the lock held, and without the registers. */
int sce_units_any(void);

/* In a forked process, with the lock held: only the jobs of the calling thread go on. If the
 * hardware was not copied with the process they end, and -1 is returned with a line in `message`.
 */
int sce_units_forked(char *message, unsigned size);

#endif
