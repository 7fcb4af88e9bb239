/* SPDX-License-Identifier: Apache-2.0 */
/* Two queues, both first come, first served: jobs wait for the units that they need, and threads
 * wait for the registers.
 *
 * All shared data are guarded by the lock (system.h) or by holding the registers. The lock is never
 * held while the hardware works. */
#ifndef SCE_QUEUES_H
#define SCE_QUEUES_H

#include <stdint.h>

/* One job's place in the queue for the units. */
struct sce_ticket {
    uint32_t units;    /* bits as in the register BUSY */
    const void *owner; /* the thread that made the call */
    struct sce_ticket *next;
};

/* With the lock held: join the queue, tell whether no earlier job has any of these units, and leave
 * the queue. */
void sce_ticket_join(struct sce_ticket *ticket, uint32_t units);
int sce_ticket_is_due(const struct sce_ticket *ticket);
void sce_ticket_leave(struct sce_ticket *ticket);

/* Takes the registers, and with them the simulated time: 0, or -1 after they were closed. */
int sce_registers_begin(void);
void sce_registers_end(void);

/* Takes them for ever, at the end of the process: 0, or -1 if a thread did not release them within
 * seconds. */
int sce_registers_close(void);

/* Whether they were closed; with the lock held. */
int sce_registers_closed(void);

/* In a forked process, with the lock held: only the calling thread exists, and it does not hold the
 * registers. */
void sce_queues_forked(void);

#endif
