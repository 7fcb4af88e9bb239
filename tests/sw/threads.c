/* Threads that call at the same time: one for each core's L2, and two that share DDR. Every result
 * is compared with the exact -0.5. On the fake, the first word is the offset of a register that
 * cannot be read. */
#include <pthread.h>
#include <scegrad.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef FAKE
#include <fake.h>
#endif

enum { ROUNDS = 12, LENGTH = 600, MOST = 18 };

struct work {
    uintptr_t base;
    int shared;
    int failures;
    uint64_t cycles;
};

static void *work(void *argument) {
    struct work *job = (struct work *)argument;
    float *x = (float *)job->base, *y = (float *)(job->base + 0x10000),
          *z = (float *)(job->base + 0x20000);
    for (int round = 0; round < ROUNDS; ++round) {
#ifndef FAKE
        for (int k = 0; k < LENGTH; ++k) {
            x[k] = 0.0f;
            y[k] = 1.0f;
            z[k] = 7.0f;
        }
#endif
        if (job->shared)
            fp_sigmoidcrossentropywithlogitsgrad_s(x, y, z, LENGTH,
                                                   round % 2 ? 1 : (1 << scegrad_cores()) - 1);
        else
            fp_sigmoidcrossentropywithlogitsgrad_p(x, y, z, LENGTH);
        job->failures += scegrad_status() != SCEGRAD_OK;
        job->cycles += scegrad_cycles();
#ifndef FAKE
        for (int k = 0; k < LENGTH; ++k)
            job->failures += z[k] != -0.5f;
#endif
    }
    return NULL;
}

int main(int words, char **word) {
    (void)words, (void)word;
    pthread_t threads[MOST];
    struct work jobs[MOST];
    const int count = scegrad_cores() + 2;
    int failures = 0;
#ifdef FAKE
    sce_fake.cycles = 20000;
    sce_fake.together = words > 1 ? 0 : 2;
    scegrad_set_timeout(UINT64_MAX);
    if (words > 1)
        sce_fake.failing_read = (int)strtol(word[1], NULL, 0);
#endif
    for (int k = 0; k < count; ++k) {
        const int shared = k >= scegrad_cores();
#ifdef FAKE
        while (shared &&
               sce_fake_most_busy <
                   sce_fake.together) /* a shared job on all cores would keep the others from it */
            usleep(1000);
#endif
        const uintptr_t base = shared ? 0x80000000u + 0x1000000u * (uintptr_t)k
                                      : 0x10800000u + 0x1000000u * (uintptr_t)k;
        jobs[k] = (struct work){base, shared, 0, 0};
        pthread_create(&threads[k], NULL, work, &jobs[k]);
    }
    for (int k = 0; k < count; ++k) {
        pthread_join(threads[k], NULL);
        failures += jobs[k].failures;
        printf("%s %d: %d failures, %llu cycles\n", jobs[k].shared ? "shared" : "core", k,
               jobs[k].failures, (unsigned long long)jobs[k].cycles);
    }
#ifdef FAKE
    printf("most busy %u\n", sce_fake_most_busy);
#endif
    return failures != 0;
}
