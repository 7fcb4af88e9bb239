/* SPDX-License-Identifier: Apache-2.0 */
#include "turns.h"

#include <stddef.h>
#include <time.h>

pthread_mutex_t sce_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t sce_changed = PTHREAD_COND_INITIALIZER;

static struct sce_turn *first_turn; /* in the order of arrival: those whose turn it is, and those that wait */
static uint64_t next_ticket, served_ticket;

static int blocked(const struct sce_turn *turn) {
    for (const struct sce_turn *other = first_turn; other != turn; other = other->next)
        if (other->units & turn->units)
            return 1;
    return 0;
}

void sce_units_begin(struct sce_turn *turn, uint32_t units) {
    struct sce_turn **end = &first_turn;
    pthread_mutex_lock(&sce_mutex);
    turn->units = units;
    turn->next = NULL;
    while (*end != NULL)
        end = &(*end)->next;
    *end = turn;
    while (blocked(turn))
        pthread_cond_wait(&sce_changed, &sce_mutex);
    pthread_mutex_unlock(&sce_mutex);
}

void sce_units_end(struct sce_turn *turn) {
    struct sce_turn **place = &first_turn;
    pthread_mutex_lock(&sce_mutex);
    while (*place != turn)
        place = &(*place)->next;
    *place = turn->next;
    pthread_cond_broadcast(&sce_changed);
    pthread_mutex_unlock(&sce_mutex);
}

void sce_registers_begin(void) {
    pthread_mutex_lock(&sce_mutex);
    const uint64_t ticket = next_ticket++;
    while (ticket != served_ticket)
        pthread_cond_wait(&sce_changed, &sce_mutex);
    pthread_mutex_unlock(&sce_mutex);
}

void sce_registers_end(void) {
    pthread_mutex_lock(&sce_mutex);
    ++served_ticket;
    pthread_cond_broadcast(&sce_changed);
    pthread_mutex_unlock(&sce_mutex);
}

int sce_registers_take(void) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 1;
    if (pthread_mutex_timedlock(&sce_mutex, &limit) != 0)
        return -1;
    const uint64_t ticket = next_ticket++;
    int error = 0;
    while (ticket != served_ticket && error == 0)
        error = pthread_cond_timedwait(&sce_changed, &sce_mutex, &limit);
    const int taken = ticket == served_ticket;
    pthread_mutex_unlock(&sce_mutex);
    return taken ? 0 : -1;
}
