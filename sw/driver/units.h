/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs on the units of the hardware: starts, ends, time limits, aborts. A thread calls these
 * functions while it holds the registers (queues.h), and without the lock. The lock guards `state`
 * and `ticket` of a job; holding the registers guards the rest of it. */
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
    uint64_t limit;    /* its time limit in cycles */
    uint64_t deadline; /* the time of its abort; after an abort, of giving it up */
    int late;          /* it was aborted at its time limit */
};

/* Opens the hardware, ends the jobs of an earlier program, and enables interrupts; returns 0, or -1
 * with a line in `message`. */
int sce_units_open(char *message, unsigned size);
void sce_units_close(void);

/* Starts a job on its units, which no other job of this process uses; the job ends at once if the
 * hardware refuses it. */
void sce_units_start(struct sce_job *job, uint64_t limit);

/* Lets some time pass, and handles the jobs whose end or deadline came. */
void sce_units_advance(void);

/* Aborts the jobs that run on the units of `units`. */
void sce_units_abort(uint32_t units);

/* Whether any job runs; with the lock held, and without the registers. */
int sce_units_any(void);

/* In a forked process, with the lock held: only the jobs of the calling thread go on. If the
 * hardware was not copied with the process they end, and -1 is returned with a line in `message`.
 */
int sce_units_forked(char *message, unsigned size);

#endif
