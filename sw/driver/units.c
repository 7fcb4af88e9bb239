/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include "hardware.h"
#include "report.h"
#include "scegrad_platform.h"
#include "scegrad_registers.h"
#include "system.h"
#include "text.h"

enum {
    SLICE = 64, /* cycles that pass before another thread may hold the registers */
    UNITS = SCEGRAD_UNIT_SHARED + 1
};

static struct sce_job *jobs[UNITS]; /* the job of this process on each unit */
static uint32_t doubtful; /* units that may run something else: what a program before left, or a job
                             that did not end */
static uint32_t drained;  /* units that did not end within SCE_DRAIN_CYCLES after an abort */
static uint64_t now;      /* cycles that passed during waits for jobs */
static int running;       /* jobs in jobs[]; guarded by the lock */

static void lost(struct sce_job *job) {
    sce_fail(&job->result, &job->request, SCEGRAD_HARDWARE, sce_hardware_error());
}

int sce_units_any(void) {
    return running != 0;
}

/* Marks a job as over. Its thread may no longer exist, so its ticket ends here. */
static void over(struct sce_job *job) {
    sce_lock();
    job->state = SCE_ENDED;
    sce_ticket_leave(&job->ticket);
    sce_unlock();
}

static void leave(unsigned unit) {
    struct sce_job *job = jobs[unit];
    jobs[unit] = NULL;
    sce_lock();
    --running;
    sce_unlock();
    over(job);
}

/* The message of a job that exceeded its time limit. */
static void fail_late(unsigned unit, const char *ending) {
    struct sce_job *job = jobs[unit];
    const struct scegrad_counters *counters = &job->result.counters;
    char detail[256], name[16] = "shared unit";
    if (unit != SCEGRAD_UNIT_SHARED)
        sce_format(name, sizeof name, "core %u", (uint64_t)unit);
    sce_format(detail, sizeof detail,
               "time-out after %u cycles; %s: ELEMENTS %u, READ_BEATS %u, WRITE_BEATS %u; %s",
               job->limit, name, (uint64_t)counters->elements, (uint64_t)counters->read_beats,
               (uint64_t)counters->write_beats, ending);
    sce_fail(&job->result, &job->request, SCEGRAD_TIMEOUT, detail);
}

/* Whether the unit still runs its job: then the interrupt was of another job. */
static int still_runs(unsigned unit, uint32_t status) {
    uint32_t busy = 0;
    return status == SCEGRAD_STATUS_RUNNING && sce_read(SCEGRAD_BUSY_OFFSET, &busy) == 0 &&
           (busy & SCEGRAD_UNIT_BIT(unit)) != 0;
}

static void finish(unsigned unit) {
    struct sce_job *job = jobs[unit];
    char detail[160];
    uint32_t status;
    if (sce_collect(unit, &job->result, &status) != 0) {
        lost(job);
    } else if (still_runs(unit, status)) {
        return;
    } else if (status >= SCEGRAD_FIRST_BUS_ERROR && status <= SCEGRAD_LAST_BUS_ERROR) {
        sce_format(detail, sizeof detail, "bus error: %s at %a", scegrad_strerror((int)status),
                   (uint64_t)job->result.fault_address);
        sce_fail(&job->result, &job->request, (int)status, detail);
    } else if (status == SCEGRAD_STATUS_ABORTED && job->late) {
        fail_late(unit, "aborted");
    } else if (status == SCEGRAD_STATUS_ABORTED) {
        sce_fail(&job->result, &job->request, SCEGRAD_ABORTED, NULL);
    } else if (status != SCEGRAD_STATUS_DONE) {
        sce_format(detail, sizeof detail, "the unit ended with status %u", (uint64_t)status);
        sce_fail(&job->result, &job->request, SCEGRAD_HARDWARE, detail);
    }
    leave(unit);
}

/* The deadline of a job has come: aborts it, and gives it up if the abort does not end it. */
static void out_of_time(unsigned unit) {
    struct sce_job *job = jobs[unit];
    uint32_t status;
    if (!job->late && sce_write(SCEGRAD_ABORT_OFFSET, SCEGRAD_UNIT_BIT(unit)) == 0) {
        job->late = 1;
        job->deadline = now + SCE_DRAIN_CYCLES;
        return;
    }
    if (job->late && sce_collect(unit, &job->result, &status) == 0)
        fail_late(unit, "aborted without effect, since memory does not answer");
    else
        lost(job);
    drained |= job->late ? SCEGRAD_UNIT_BIT(unit) : 0;
    doubtful |= SCEGRAD_UNIT_BIT(unit);
    leave(unit);
}

/* The number of cycles to let pass: not past a deadline. */
static uint64_t next_slice(void) {
    uint64_t slice = SLICE;
    for (unsigned unit = 0; unit < UNITS; ++unit)
        if (jobs[unit] != NULL && jobs[unit]->deadline - now < slice)
            slice = jobs[unit]->deadline - now;
    return slice;
}

/* The units with a job in this process whose bits are in `pending`. */
static uint32_t known(uint32_t pending) {
    for (unsigned unit = 0; unit < UNITS; ++unit)
        if (jobs[unit] == NULL)
            pending &= ~SCEGRAD_UNIT_BIT(unit);
    return pending & (SCEGRAD_IRQ_PENDING_CORES_MASK | SCEGRAD_IRQ_PENDING_SHARED_MASK);
}

void sce_units_advance(void) {
    uint64_t passed = 0;
    uint32_t pending = 0;
    const uint64_t slice = next_slice();
    const int irq = sce_pass(slice, &passed);
    const int failed =
        irq < 0 || (irq > 0 && (sce_read(SCEGRAD_IRQ_PENDING_OFFSET, &pending) != 0 ||
                                sce_write(SCEGRAD_IRQ_PENDING_OFFSET, pending) != 0));
    now += passed != 0 || known(pending)
               ? passed
               : slice; /* an interrupt without a cause must not hide a deadline */
    for (unsigned unit = 0; unit < UNITS; ++unit) {
        if (jobs[unit] == NULL)
            continue;
        if (failed) {
            lost(jobs[unit]);
            doubtful |= SCEGRAD_UNIT_BIT(unit);
            leave(unit);
        } else if (pending & SCEGRAD_UNIT_BIT(unit)) {
            finish(unit);
        } else if (now >= jobs[unit]->deadline) {
            out_of_time(unit);
        }
    }
}

/* Ends jobs on these units that are not of this process, and clears their interrupts. `left` gets
 * the units that did not end. Returns 0, or -1. The shared unit is included with any core, since
 * its job may use that core. */
static int settle(uint32_t units, uint32_t *left) {
    const uint64_t start = now;
    const uint32_t asked = doubtful & (units | SCEGRAD_UNIT_BIT(SCEGRAD_UNIT_SHARED));
    uint32_t pending;
    *left = 0;
    if (asked == 0)
        return 0;
    if (sce_write(SCEGRAD_ABORT_OFFSET, asked) != 0 || sce_read(SCEGRAD_BUSY_OFFSET, left) != 0)
        return -1;
    while ((*left & asked & ~drained) != 0 && now - start < SCE_DRAIN_CYCLES) {
        sce_units_advance();
        if (sce_read(SCEGRAD_BUSY_OFFSET, left) != 0)
            return -1;
    }
    *left &= asked;
    doubtful &= ~(asked & ~*left);
    drained = (drained & ~asked) | *left;
    if (sce_read(SCEGRAD_IRQ_PENDING_OFFSET, &pending) != 0)
        return -1;
    pending &= asked & ~*left;
    *left &= units;
    return pending != 0 ? sce_write(SCEGRAD_IRQ_PENDING_OFFSET, pending) : 0;
}

/* Writes the job and starts it; returns REQUEST, or -1 if the registers could not be accessed. */
static int start(const struct sce_request *request) {
    const uint32_t format = request->fp16 ? SCEGRAD_FORMAT_FP16 : SCEGRAD_FORMAT_FP32;
    const uint32_t fields[][2] = {
        {SCEGRAD_LOGITS_OFFSET, (uint32_t)request->logits},
        {SCEGRAD_LABELS_OFFSET, (uint32_t)request->labels},
        {SCEGRAD_GRADIENT_OFFSET, (uint32_t)request->gradient},
        {SCEGRAD_LENGTH_OFFSET, (uint32_t)request->length},
        {SCEGRAD_CORE_MASK_OFFSET, request->core_mask},
        {SCEGRAD_MODE_OFFSET, (request->private_job ? SCEGRAD_MODE_PRIVATE_MASK : 0u) |
                                  (format << SCEGRAD_MODE_FORMAT_SHIFT & SCEGRAD_MODE_FORMAT_MASK)},
        {SCEGRAD_START_OFFSET, SCEGRAD_START_START_MASK},
    };
    uint32_t answer;
    for (unsigned k = 0; k < sizeof fields / sizeof *fields; ++k)
        if (sce_write(fields[k][0], fields[k][1]) != 0)
            return -1;
    return sce_read(SCEGRAD_REQUEST_OFFSET, &answer) == 0 ? (int)answer : -1;
}

void sce_units_start(struct sce_job *job, uint64_t limit) {
    const struct sce_place *place = &job->place;
    uint32_t left;
    int answer = settle(place->units, &left);
    if (answer == 0)
        answer = left != 0 ? SCEGRAD_STATUS_BUSY : start(&job->request);
    job->limit = limit;
    if (answer == SCEGRAD_STATUS_ACCEPTED && place->unit >= 0) {
        job->deadline = limit < UINT64_MAX - now ? now + limit : UINT64_MAX;
        jobs[place->unit] = job;
        sce_lock();
        ++running;
        job->state = SCE_RUNS;
        sce_tell_change();
        sce_unlock();
        return;
    }
    if (answer < 0) {
        lost(job);
        doubtful |= place->units; /* the job may or may not have started */
    } else if (answer >= SCEGRAD_FIRST_REFUSAL && answer <= SCEGRAD_LAST_REFUSAL) {
        sce_fail(&job->result, &job->request, answer, NULL);
    } else {
        sce_fail(&job->result, &job->request, SCEGRAD_HARDWARE,
                 "REQUEST has an impossible value after a start");
        doubtful |= SCEGRAD_BUSY_CORES_MASK | SCEGRAD_BUSY_SHARED_MASK;
    }
    over(job);
}

void sce_units_abort(uint32_t units) {
    units = known(units);
    if (units != 0)
        (void)sce_write(SCEGRAD_ABORT_OFFSET,
                        units); /* a failure ends the job at its next access */
}

int sce_units_open(char *message, unsigned size) {
    uint32_t left;
    if (sce_hardware_open(message, size) != 0)
        return -1;
    doubtful = SCEGRAD_BUSY_CORES_MASK | SCEGRAD_BUSY_SHARED_MASK;
    if (settle(doubtful, &left) == 0 &&
        sce_write(SCEGRAD_IRQ_ENABLE_OFFSET,
                  SCEGRAD_IRQ_ENABLE_CORES_MASK | SCEGRAD_IRQ_ENABLE_SHARED_MASK) == 0)
        return 0;
    sce_format(message, size, "%s", sce_hardware_error());
    return -1;
}

void sce_units_close(void) {
    uint32_t left;
    if (!sce_hardware_can_close())
        return;
    for (unsigned unit = 0; unit < UNITS; ++unit)
        if (jobs[unit] != NULL) {
            doubtful |= SCEGRAD_UNIT_BIT(unit);
            jobs[unit] = NULL; /* its thread ends the call, with the lock */
        }
    (void)settle(doubtful & ~drained, &left);
    sce_hardware_close();
}

int sce_units_forked(char *message, unsigned size) {
    const int copied = sce_hardware_copied();
    for (unsigned unit = 0; unit < UNITS; ++unit) {
        struct sce_job *job = jobs[unit];
        if (job == NULL || (copied && job->ticket.owner == sce_self()))
            continue;
        jobs[unit] = NULL;
        --running;
        doubtful |= SCEGRAD_UNIT_BIT(unit);
        if (job->ticket.owner != sce_self())
            continue;
        sce_fail(&job->result, &job->request, SCEGRAD_HARDWARE,
                 "the job belongs to the parent process");
        job->state = SCE_ENDED;
        sce_ticket_leave(&job->ticket);
    }
    if (copied)
        return 0;
    sce_format(message, size, "the hardware belongs to the parent process");
    return -1;
}
