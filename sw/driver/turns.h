/* SPDX-License-Identifier: Apache-2.0 */
/* Who is next. Two queues, both first come, first served: jobs wait for the units that they need, threads for the registers.
 *
 * Everything here and in device.c that threads share is guarded by one of three: sce_mutex, a turn on the units, a turn on the registers.
 * The mutex is never held while the hardware works. */
#ifndef SCE_TURNS_H
#define SCE_TURNS_H

#include <pthread.h>
#include <stdint.h>

extern pthread_mutex_t sce_mutex;
extern pthread_cond_t sce_changed; /* broadcast whenever something that a thread may wait for has changed */

/* One job's place in the queue; the caller's memory, until the turn is over. */
struct sce_turn {
    uint32_t units; /* bits as in the register BUSY */
    struct sce_turn *next;
};

/* Waits until no job that came earlier has any of these units, and keeps them until the end of the turn. */
void sce_units_begin(struct sce_turn *turn, uint32_t units);
void sce_units_end(struct sce_turn *turn);

/* The same for the registers, and with them the simulated time. */
void sce_registers_begin(void);
void sce_registers_end(void);

/* Takes them for good, at the end of the process: returns 0, or -1 where they could not be had within a second. */
int sce_registers_take(void);

#endif
