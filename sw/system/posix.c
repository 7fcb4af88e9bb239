/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's system with threads, signals and processes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "system.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void sce_lock(void) {
    pthread_mutex_lock(&mutex);
}

void sce_unlock(void) {
    pthread_mutex_unlock(&mutex);
}

void sce_wait_for_change(void) {
    pthread_cond_wait(&changed, &mutex);
}

void sce_tell_change(void) {
    pthread_cond_broadcast(&changed);
}

static struct timespec in_a_second(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_sec += 1;
    return time;
}

int sce_lock_soon(void) {
    const struct timespec limit = in_a_second();
    return pthread_mutex_timedlock(&mutex, &limit) == 0 ? 0 : -1;
}

int sce_wait_soon(void) {
    const struct timespec limit = in_a_second();
    return pthread_cond_timedwait(&changed, &mutex, &limit) == 0 ? 0 : -1;
}

void sce_lock_anew(void) {
    mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
}

struct state {
    sigset_t signals;
    int cancel;
};
_Static_assert(sizeof(struct state) <= sizeof(struct sce_guard),
               "struct sce_guard is too small for this system");

/* All signals except those of a thread's own faults: if they were blocked, a fault would end the
 * process without its handler. */
static void block(sigset_t *before) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    sigset_t all;
    sigfillset(&all);
    for (unsigned k = 0; k < sizeof faults / sizeof *faults; ++k)
        sigdelset(&all, faults[k]);
    pthread_sigmask(SIG_BLOCK, &all, before);
}

void sce_guard_begin(struct sce_guard *guard) {
    struct state *state = (struct state *)guard;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state->cancel);
    block(&state->signals);
}

void sce_guard_end(const struct sce_guard *guard) {
    const struct state *state = (const struct state *)guard;
    pthread_sigmask(SIG_SETMASK, &state->signals, NULL);
    pthread_setcancelstate(state->cancel, NULL);
}

int sce_guard_has_signals(const struct sce_guard *guard) {
    const struct state *state = (const struct state *)guard;
    sigset_t pending;
    sigpending(&pending);
    for (int number = 1; number < NSIG; ++number)
        if (sigismember(&pending, number) == 1 && sigismember(&state->signals, number) == 0)
            return 1;
    return 0;
}

void sce_guard_signals(const struct sce_guard *guard) {
    const struct state *state = (const struct state *)guard;
    sigset_t held;
    pthread_sigmask(SIG_SETMASK, &state->signals, &held); /* handlers run in here */
    pthread_sigmask(SIG_SETMASK, &held, NULL);
}

const void *sce_self(void) {
    static _Thread_local char here;
    return &here;
}

void *sce_allocate(size_t size) {
    return malloc(size);
}

void sce_release(void *memory) {
    free(memory);
}

const char *sce_setting(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* With one write(), so that lines of several threads stay whole. A cancellation here would lose the
 * status of the call. */
void sce_print(const char *line) {
    int cancel;
    char text[SCE_MESSAGE_BYTES + 32];
    size_t used = strnlen(line, sizeof text - 1), done = 0;
    memcpy(text, line, used);
    text[used++] = '\n';
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    while (done < used) {
        const ssize_t written = write(STDERR_FILENO, text + done, used - done);
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    pthread_setcancelstate(cancel, NULL);
}

__attribute__((constructor)) static void watch(void) {
    pthread_atfork(sce_device_before_fork, sce_device_after_fork, sce_device_forked);
}

__attribute__((destructor)) static void close_device(void) {
    sce_device_close();
}
