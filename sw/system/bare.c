/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's system on a machine without an operating system: one call at a time, never from an
 * interrupt handler. It needs no header and no function of a C library, except those that the
 * compiler itself calls (memcpy, memset). */
#include "device.h"
#include "system.h"
#include "units.h"

void sce_lock(void) {
}
void sce_unlock(void) {
}
void sce_wait_for_change(void) {
}
void sce_tell_change(void) {
}
void sce_lock_anew(void) {
}

int sce_lock_soon(void) {
    return 0;
}

int sce_wait_soon(void) {
    return 0;
}

void sce_guard_begin(struct sce_guard *guard) {
    (void)guard;
}

void sce_guard_end(const struct sce_guard *guard) {
    (void)guard;
}

int sce_guard_has_signals(const struct sce_guard *guard) {
    (void)guard;
    return 0;
}

void sce_guard_signals(const struct sce_guard *guard) {
    (void)guard;
}

const void *sce_self(void) {
    return NULL;
}

/* There is one job at a time. */
static struct sce_job the_job;

void *sce_allocate(size_t size) {
    return size <= sizeof the_job ? &the_job : NULL;
}

void sce_release(void *memory) {
    (void)memory;
}

const char *sce_setting(const char *name) {
    (void)name;
    return NULL;
}

/* No output: scegrad_message() returns the line. */
void sce_print(const char *line) {
    (void)line;
}
