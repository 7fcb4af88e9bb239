/* SPDX-License-Identifier: Apache-2.0 */
/* Who is next. Two queues, both first come, first served: jobs wait for the units that they need,
 * threads for the registers.
 *
 * All that threads share is guarded by the lock (system.h) or by a turn on the registers. The lock
 * is never held while the hardware works. */
#ifndef SCE_TURNS_H
#define SCE_TURNS_H

#include <stdint.h>

/* One job's place in the queue. */
struct sce_turn {
    uint32_t units;    /* bits as in the register BUSY */
    const void *owner; /* the thread that asked for it */
    struct sce_turn *next;
};

/* With the lock held: joins the queue, tells whether no earlier job has any of these units, and
 * leaves it. */
void sce_turn_join(struct sce_turn *turn, uint32_t units);
int sce_turn_has_come(const struct sce_turn *turn);
void sce_turn_leave(struct sce_turn *turn);

/* Takes the registers, and with them the simulated time: 0, or -1 after they were closed. */
int sce_registers_begin(void);
void sce_registers_end(void);

/* Takes them for good, at the end of the process: 0, or -1 if a thread did not give way within
 * seconds. */
int sce_registers_close(void);

/* Whether they were closed; with the lock held. */
int sce_registers_closed(void);

/* In a process that was forked, with the lock held: only the calling thread is there, and it has no
 * registers. */
void sce_turns_forked(void);

#endif
