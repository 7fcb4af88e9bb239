/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include "place.h"
#include "report.h"
#include "scegrad_platform.h"
#include "system.h"
#include "text.h"
#include "queues.h"
#include "units.h"

/* The lock guards these variables. */
static int opened;
static int leading; /* a thread lets time pass for all waiting threads */
static uint64_t timeout;
static char setup_message[SCE_MESSAGE_BYTES / 2]; /* empty if the hardware could be opened */

/* State of the forking thread. */
static SCE_PER_THREAD struct sce_guard fork_guard;
static SCE_PER_THREAD int fork_has_registers;

static const char closed_message[] = "the hardware was closed, since the process ends";

void sce_device_set_timeout(uint64_t cycles) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    sce_lock();
    timeout = cycles;
    sce_unlock();
    sce_guard_end(&guard);
}

static void open_hardware(void) {
    uint64_t limit = 0;
    if (sce_timeout_setting(&limit, setup_message, sizeof setup_message) == 0)
        (void)sce_units_open(setup_message, sizeof setup_message);
    sce_lock();
    if (timeout == 0)
        timeout = limit;
    opened = 1;
    sce_unlock();
}

static int is_open(void) {
    sce_lock();
    const int is = opened;
    sce_unlock();
    return is;
}

/* Opens the hardware at the first call; 0, or -1 with the result set. */
static int open_once(const struct sce_request *request, struct sce_result *result) {
    const char *message = setup_message;
    if (!is_open()) {
        if (sce_registers_begin() != 0) {
            sce_fail(result, request, SCEGRAD_SETUP, closed_message);
            return -1;
        }
        if (!opened)
            open_hardware();
        sce_registers_end();
    }
    if (message[0] == '\0')
        return 0;
    sce_fail(result, request, SCEGRAD_SETUP, message);
    return -1;
}

/* Starts a job whose ticket is served. The lock is held before and after. */
static void begin(struct sce_job *job) {
    const uint64_t elements = job->request.length > 0 ? (uint64_t)job->request.length : 0;
    const uint64_t general = SCE_JOB_CYCLES + SCE_ELEMENT_CYCLES * elements;
    const uint64_t limit = timeout != 0 ? timeout : general;
    sce_unlock();
    if (sce_registers_begin() == 0) {
        sce_units_start(job, limit);
        sce_registers_end();
    }
    sce_lock();
}

/* Lets time pass for all waiting threads; then signal handlers run, if this job runs. The lock is
 * held before and after, but not during this. A handler may never return, may call the operator
 * itself, may fork, or may end the thread or the process. Everything stays in order then: any
 * waiting thread handles the end of the job, and the ticket ends with the job. */
static void lead(const struct sce_job *job, const struct sce_guard *guard) {
    leading = 1;
    sce_unlock();
    if (sce_registers_begin() == 0) {
        sce_units_advance();
        sce_registers_end();
    }
    sce_lock();
    leading = 0;
    if (job->state == SCE_ENDED) {
        sce_tell_change();
    } else if (job->state == SCE_RUNS && sce_guard_has_signals(guard)) {
        sce_tell_change();
        sce_unlock();
        sce_guard_signals(guard);
        sce_lock();
    }
}

/* Carries out a job, from its ticket to its end. One waiting thread lets time pass for all. */
static void see_through(struct sce_job *job, const struct sce_guard *guard) {
    sce_lock();
    sce_ticket_join(&job->ticket, job->place.units);
    while (job->state != SCE_ENDED) {
        if (sce_registers_closed()) {
            sce_fail(&job->result, &job->request, SCEGRAD_HARDWARE, closed_message);
            sce_ticket_leave(&job->ticket);
            break;
        }
        if (job->state == SCE_WAITS && sce_ticket_is_due(&job->ticket))
            begin(job);
        else if (!leading && sce_units_any())
            lead(job, guard);
        else
            sce_wait_for_change();
    }
    sce_unlock();
}

static void run(const struct sce_request *request, struct sce_result *result,
                const struct sce_guard *guard) {
    struct sce_request asked = *request;
    struct sce_place place;
    if (open_once(request, result) != 0 || sce_find_place(&asked, &place, result) != 0)
        return;
    struct sce_job *job = sce_allocate(
        sizeof *job); /* not on the stack, which a signal handler may leave with a jump */
    if (job == NULL) {
        sce_fail(result, request, SCEGRAD_HARDWARE, "there is no memory for the job");
        return;
    }
    *job = (struct sce_job){.state = SCE_WAITS, .request = asked, .place = place};
    see_through(job, guard);
    *result = job->result;
    result->units = job->place.units;
    sce_release(job);
}

void sce_device_run(const struct sce_request *request, struct sce_result *result) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    *result = (struct sce_result){.status = SCEGRAD_OK};
    run(request, result, &guard);
    sce_guard_end(&guard);
}

void sce_device_abort(uint32_t units) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    if (is_open() && sce_registers_begin() == 0) {
        sce_units_abort(units);
        sce_registers_end();
    }
    sce_guard_end(&guard);
}

void sce_device_close(void) {
    struct sce_guard guard;
    sce_guard_begin(&guard);
    if (sce_registers_close() == 0 && opened)
        sce_units_close();
    sce_guard_end(&guard);
}

void sce_device_before_fork(void) {
    sce_guard_begin(&fork_guard);
    fork_has_registers = sce_registers_begin() == 0;
    sce_lock();
}

void sce_device_after_fork(void) {
    sce_unlock();
    if (fork_has_registers)
        sce_registers_end();
    sce_guard_end(&fork_guard);
}

void sce_device_forked(void) {
    sce_lock_anew();
    sce_lock();
    leading = 0;
    sce_queues_forked();
    if (opened && setup_message[0] == '\0')
        (void)sce_units_forked(setup_message, sizeof setup_message);
    sce_unlock();
    sce_guard_end(&fork_guard);
}
