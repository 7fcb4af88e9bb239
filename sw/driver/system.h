/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver needs of the system that a program runs on. sw/system implements it: posix.c with
 * threads, signals and processes, bare.c for a program that has the machine to itself, with nothing
 * below it. */
#ifndef SCE_SYSTEM_H
#define SCE_SYSTEM_H

#include <stddef.h>

#if __STDC_HOSTED__
#define SCE_PER_THREAD _Thread_local
#else
#define SCE_PER_THREAD
#endif

/* One lock for all that threads share, and a place to wait for a change of that: the lock is given
 * up meanwhile. */
void sce_lock(void);
void sce_unlock(void);
void sce_wait_for_change(void);
void sce_tell_change(void);

/* The same with an end, for when a process ends: 0, or -1 after about a second in vain. */
int sce_lock_soon(void);
int sce_wait_soon(void);

/* In a process that was forked, where the lock may be held by a thread that is not there. */
void sce_lock_anew(void);

/* Around a call: between the two, the calling thread is not cancelled and no signal handler runs in
 * it, save in sce_guard_signals(), which the call may never return from. So nothing may be held
 * there. */
struct sce_guard {
    _Alignas(16) unsigned char state[160];
};
void sce_guard_begin(struct sce_guard *guard);
void sce_guard_end(const struct sce_guard *guard);
int sce_guard_has_signals(const struct sce_guard *guard);
void sce_guard_signals(const struct sce_guard *guard);

/* What tells the calling thread from others. */
const void *sce_self(void);

/* Memory, or null; it is not cleared. */
void *sce_allocate(size_t size);
void sce_release(void *memory);

/* The environment's variable, null if it is unset or empty. */
const char *sce_setting(const char *name);

/* One line on standard error. */
void sce_print(const char *line);

#endif
