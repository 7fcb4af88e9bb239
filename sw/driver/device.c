/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "prepare.h"
#include "report.h"
#include "scegrad_registers.h"
#include "turns.h"

enum { SLICE = 64, UNITS = SCEGRAD_UNIT_SHARED + 1 }; /* cycles that pass before another thread may have the registers */

/* A job that the hardware has accepted. `ended` is guarded by sce_mutex, the rest by the turn on the registers. */
struct job {
    const struct sce_request *request;
    struct sce_result *result;
    uint64_t deadline;
    uint64_t limit;
    int ended;
};

static struct sce_access hardware;
static pid_t opener; /* the process that opened it, and not one that was forked later */
static char setup_message[SCE_MESSAGE_BYTES / 2]; /* empty where the hardware could be opened */
static struct job *jobs[UNITS];                   /* what each unit runs */
static uint32_t abandoned;                        /* units whose job was given up while it ran */
static uint64_t now;                              /* cycles that passed while jobs were waited for */
static int leading;                               /* guarded by sce_mutex: some thread lets time pass */
static atomic_uint_least64_t timeout;

static int read_register(uint32_t offset, uint32_t *value) {
    return hardware.read32(hardware.context, offset, value);
}

static int write_register(uint32_t offset, uint32_t value) {
    return hardware.write32(hardware.context, offset, value);
}

static void open_hardware(void) {
    uint64_t unset = 0, limit = 0;
    if (sce_timeout_setting(&limit, setup_message, sizeof setup_message) != 0)
        return;
    atomic_compare_exchange_strong(&timeout, &unset, limit);
    if (sce_access_open(&hardware, setup_message, sizeof setup_message) != 0) {
        hardware.context = NULL;
        return;
    }
    opener = getpid();
    if (sce_identify(&hardware, setup_message, sizeof setup_message) != 0)
        return;
    if (write_register(SCEGRAD_IRQ_ENABLE_OFFSET, SCEGRAD_IRQ_ENABLE_CORES_MASK | SCEGRAD_IRQ_ENABLE_SHARED_MASK) != 0)
        snprintf(setup_message, sizeof setup_message, "%s", hardware.error(hardware.context));
}

/* With a mutex and not pthread_once(), which valgrind's tools for threads do not understand. */
static void open_once(void) {
    static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
    static int opened;
    pthread_mutex_lock(&opening);
    if (!opened)
        open_hardware();
    opened = 1;
    pthread_mutex_unlock(&opening);
}

/* Threads that are still in a call when the process ends wait from here on; the hardware stays open where none of them gives way. */
__attribute__((destructor)) static void close_hardware(void) {
    if (hardware.context != NULL && hardware.close != NULL && opener == getpid() && sce_registers_take() == 0)
        hardware.close(hardware.context);
}

void sce_device_set_timeout(uint64_t cycles) {
    atomic_store(&timeout, cycles);
}

/* Forgets a job that was given up on these units if it has ended since; else the hardware will say that they are busy. */
static int tidy(uint32_t units) {
    uint32_t busy;
    const uint32_t doubtful = abandoned & units;
    if (doubtful == 0)
        return 0;
    if (read_register(SCEGRAD_BUSY_OFFSET, &busy) != 0 || write_register(SCEGRAD_IRQ_PENDING_OFFSET, doubtful & ~busy) != 0)
        return -1;
    abandoned &= ~(doubtful & ~busy);
    return 0;
}

/* Writes the job and starts it; REQUEST is the answer, or -1 where the registers could not be accessed. */
static int start(const struct sce_request *request) {
    const uint32_t mode =
        (request->private_job ? SCEGRAD_MODE_PRIVATE_MASK : 0u) |
        ((request->fp16 ? SCEGRAD_FORMAT_FP16 : SCEGRAD_FORMAT_FP32) << SCEGRAD_MODE_FORMAT_SHIFT & SCEGRAD_MODE_FORMAT_MASK);
    uint32_t answer;
    if (write_register(SCEGRAD_LOGITS_OFFSET, (uint32_t)request->logits) != 0 ||
        write_register(SCEGRAD_LABELS_OFFSET, (uint32_t)request->labels) != 0 ||
        write_register(SCEGRAD_GRADIENT_OFFSET, (uint32_t)request->gradient) != 0 ||
        write_register(SCEGRAD_LENGTH_OFFSET, (uint32_t)request->length) != 0 ||
        write_register(SCEGRAD_CORE_MASK_OFFSET, request->core_mask) != 0 || write_register(SCEGRAD_MODE_OFFSET, mode) != 0 ||
        write_register(SCEGRAD_START_OFFSET, SCEGRAD_START_START_MASK) != 0 ||
        read_register(SCEGRAD_REQUEST_OFFSET, &answer) != 0)
        return -1;
    return (int)answer;
}

static void lost(struct job *job) {
    sce_fail(job->result, job->request, SCEGRAD_HARDWARE, hardware.error(hardware.context));
}

/* Says of a job that it is over. */
static void end(unsigned unit) {
    struct job *job = jobs[unit];
    jobs[unit] = NULL;
    pthread_mutex_lock(&sce_mutex);
    job->ended = 1;
    pthread_cond_broadcast(&sce_changed);
    pthread_mutex_unlock(&sce_mutex);
}

/* The outcome of a unit's job that has ended, or what is known of it where it was given up. */
static int collect(unsigned unit, uint32_t *status) {
    struct sce_result *result = jobs[unit]->result;
    uint32_t values[10];
    for (unsigned k = 0; k < 10; ++k)
        if (read_register(SCEGRAD_UNIT_BLOCK(unit) + 4 * k, &values[k]) != 0)
            return -1;
#define VALUE(name) values[SCEGRAD_UNIT_##name##_OFFSET / 4]
    *status = VALUE(STATUS);
    result->fault_address = VALUE(FAULT_ADDRESS);
    result->counters = (struct scegrad_counters){VALUE(CYCLES),      VALUE(ELEMENTS),        VALUE(READ_BEATS),  VALUE(WRITE_BEATS),
                                                 VALUE(STALL_READ_DATA), VALUE(STALL_WRITE), VALUE(STALL_DATAPATH), VALUE(STALL_PORT)};
#undef VALUE
    return 0;
}

static void finish(unsigned unit) {
    struct job *job = jobs[unit];
    char detail[160];
    uint32_t status;
    if (collect(unit, &status) != 0) {
        lost(job);
    } else if (status >= SCEGRAD_STATUS_READ_SLVERR && status <= SCEGRAD_STATUS_WRITE_DECERR) {
        snprintf(detail, sizeof detail, "bus error: %s at 0x%08" PRIx32, scegrad_strerror((int)status), job->result->fault_address);
        sce_fail(job->result, job->request, (int)status, detail);
    } else if (status != SCEGRAD_STATUS_DONE) {
        snprintf(detail, sizeof detail, "the unit ended with status %" PRIu32, status);
        sce_fail(job->result, job->request, SCEGRAD_HARDWARE, detail);
    }
    end(unit);
}

static void give_up(unsigned unit) {
    struct job *job = jobs[unit];
    char detail[256], name[16] = "shared unit";
    uint32_t status;
    if (unit != SCEGRAD_UNIT_SHARED)
        snprintf(name, sizeof name, "core %u", unit);
    if (collect(unit, &status) != 0) {
        lost(job);
    } else {
        const struct scegrad_counters *counters = &job->result->counters;
        snprintf(detail, sizeof detail,
                 "time-out after %" PRIu64 " cycles; %s: STATUS %" PRIu32 ", ELEMENTS %" PRIu32 ", READ_BEATS %" PRIu32
                 ", WRITE_BEATS %" PRIu32,
                 job->limit, name, status, counters->elements, counters->read_beats, counters->write_beats);
        sce_fail(job->result, job->request, SCEGRAD_TIMEOUT, detail);
    }
    abandoned |= SCEGRAD_UNIT_BIT(unit);
    end(unit);
}

/* How long to let time pass: not past a deadline. */
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

/* Lets some time pass, and sees to the jobs whose end or deadline came. */
static void advance(void) {
    uint64_t passed = 0;
    uint32_t pending = 0;
    const uint64_t slice = next_slice();
    const int irq = hardware.wait(hardware.context, slice, &passed);
    const int failed = irq < 0 || (irq > 0 && (read_register(SCEGRAD_IRQ_PENDING_OFFSET, &pending) != 0 ||
                                               write_register(SCEGRAD_IRQ_PENDING_OFFSET, pending) != 0));
    now += passed != 0 || known(pending) ? passed : slice; /* an interrupt that stays and means nothing must not hide a deadline */
    for (unsigned unit = 0; unit < UNITS; ++unit) {
        if (jobs[unit] == NULL)
            continue;
        if (failed) {
            lost(jobs[unit]);
            abandoned |= SCEGRAD_UNIT_BIT(unit);
            end(unit);
        } else if (pending & SCEGRAD_UNIT_BIT(unit)) {
            finish(unit);
        } else if (now >= jobs[unit]->deadline) {
            give_up(unit);
        }
    }
}

/* Waits until a job is over. One waiting thread lets time pass for all of them. */
static void wait_for(struct job *job) {
    pthread_mutex_lock(&sce_mutex);
    while (!job->ended) {
        if (leading) {
            pthread_cond_wait(&sce_changed, &sce_mutex);
            continue;
        }
        leading = 1;
        pthread_mutex_unlock(&sce_mutex);
        sce_registers_begin();
        advance();
        sce_registers_end();
        pthread_mutex_lock(&sce_mutex);
        leading = 0;
        if (job->ended)
            pthread_cond_broadcast(&sce_changed);
    }
    pthread_mutex_unlock(&sce_mutex);
}

/* Starts a job whose turn it is; nonzero if it runs now. */
static int begin(struct job *job, const struct sce_place *place) {
    const uint64_t limit = atomic_load(&timeout);
    int answer = -1;
    job->limit = limit != 0 ? limit : 100000 + 64 * (uint64_t)(job->request->length > 0 ? job->request->length : 0);
    sce_registers_begin();
    if (tidy(place->units) == 0)
        answer = start(job->request);
    if (answer < 0) {
        lost(job);
        abandoned |= place->units; /* whether it was started is not known */
    } else if (answer == SCEGRAD_STATUS_ACCEPTED && place->unit >= 0) {
        job->deadline = job->limit < UINT64_MAX - now ? now + job->limit : UINT64_MAX;
        jobs[place->unit] = job;
    } else if (answer >= SCEGRAD_STATUS_LENGTH_NEGATIVE && answer <= SCEGRAD_STATUS_BUSY) {
        sce_fail(job->result, job->request, answer, NULL);
    } else {
        sce_fail(job->result, job->request, SCEGRAD_HARDWARE, "REQUEST reads what it must not after a start");
    }
    const int runs = place->unit >= 0 && jobs[place->unit] == job;
    sce_registers_end(); /* from here on a running job's result is another thread's to write, until it has ended */
    return runs;
}

void sce_device_run(const struct sce_request *request, struct sce_result *result) {
    struct job job = {.request = request, .result = result};
    struct sce_turn turn;
    struct sce_place place;
    memset(result, 0, sizeof *result);
    open_once();
    if (setup_message[0] != '\0') {
        sce_fail(result, request, SCEGRAD_SETUP, setup_message);
        return;
    }
    if (sce_prepare(request, &place, result) != 0)
        return;
    sce_units_begin(&turn, place.units);
    if (begin(&job, &place))
        wait_for(&job);
    sce_units_end(&turn);
}
