/* SPDX-License-Identifier: Apache-2.0 */
#include "queues.h"

#include <stddef.h>

#include "system.h"

enum { MOST_WAITS = 5 }; /* for a thread that holds the registers while the process ends */

static struct sce_ticket *first_ticket; /* in the order of arrival: running and waiting jobs */
static uint64_t next_ticket, served_ticket;
static int taken, closed;

void sce_ticket_join(struct sce_ticket *ticket, uint32_t units) {
    struct sce_ticket **end = &first_ticket;
    *ticket = (struct sce_ticket){units, sce_self(), NULL};
    while (*end != NULL)
        end = &(*end)->next;
    *end = ticket;
}

int sce_ticket_is_due(const struct sce_ticket *ticket) {
    for (const struct sce_ticket *other = first_ticket; other != ticket; other = other->next)
        if (other->units & ticket->units)
            return 0;
    return 1;
}

void sce_ticket_leave(struct sce_ticket *ticket) {
    struct sce_ticket **place = &first_ticket;
    while (*place != NULL && *place != ticket)
        place = &(*place)->next;
    if (*place != NULL)
        *place = ticket->next;
    sce_tell_change();
}

int sce_registers_begin(void) {
    sce_lock();
    const uint64_t ticket = next_ticket++;
    while (!closed && (taken || ticket != served_ticket))
        sce_wait_for_change();
    const int late = closed;
    taken |= !late;
    sce_unlock();
    return late ? -1 : 0;
}

void sce_registers_end(void) {
    sce_lock();
    taken = 0;
    ++served_ticket;
    sce_tell_change();
    sce_unlock();
}

int sce_registers_close(void) {
    if (sce_lock_soon() != 0)
        return -1;
    closed = 1;
    sce_tell_change();
    for (int k = 0; k < MOST_WAITS && taken; ++k)
        (void)sce_wait_soon();
    const int free = !taken;
    sce_unlock();
    return free ? 0 : -1;
}

int sce_registers_closed(void) {
    return closed;
}

void sce_queues_forked(void) {
    struct sce_ticket **place = &first_ticket;
    next_ticket = served_ticket = 0;
    taken = 0;
    while (*place != NULL)
        if ((*place)->owner != sce_self())
            *place = (*place)->next;
        else
            place = &(*place)->next;
}
