/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's interface to the operating system. sw/system implements it: posix.c with threads,
 * signals and processes; bare.c for a program without an operating system. */
#ifndef SCE_SYSTEM_H
#define SCE_SYSTEM_H

#include <stddef.h>

#if __STDC_HOSTED__
#define SCE_PER_THREAD _Thread_local
#else
#define SCE_PER_THREAD
#endif

/* One lock for all shared data, and a wait for a change of the data: the lock is released during
 * the wait. */
void sce_lock(void);
void sce_unlock(void);
void sce_wait_for_change(void);
void sce_tell_change(void);

/* The same with a limit, for the end of a process: 0, or -1 after about a second without a change.
 * */
int sce_lock_soon(void);
int sce_wait_soon(void);

/* In a forked process, in which a thread that no longer exists may hold the lock. */
void sce_lock_anew(void);

/* Around a call: between the two, the calling thread is not cancelled and no signal handler runs in
 * it, except in sce_guard_signals(). That function may never return, so no lock may be held in it.
 * */
struct sce_guard {
    _Alignas(16) unsigned char state[160];
};
void sce_guard_begin(struct sce_guard *guard);
void sce_guard_end(const struct sce_guard *guard);
int sce_guard_has_signals(const struct sce_guard *guard);
void sce_guard_signals(const struct sce_guard *guard);

/* An identifier of the calling thread. */
const void *sce_self(void);

/* Allocated memory, not cleared; null if there is none. */
void *sce_allocate(size_t size);
void sce_release(void *memory);

/* A variable of the environment; null if it is unset or empty. */
const char *sce_setting(const char *name);

/* Prints one line on standard error. */
void sce_print(const char *line);

#endif
