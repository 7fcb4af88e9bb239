/* SPDX-License-Identifier: Apache-2.0 */
/* Eight threads at the same time, each with a job in the private memory of its own core. */
#include <pthread.h>
#include <scegrad.h>
#include <stdint.h>
#include <stdio.h>

enum { CORES = 8, LENGTH = 1024 };

static void *work(void *argument) {
    const uintptr_t core = (uintptr_t)argument;
    float *logits = (float *)(0x10800000 + core * 0x01000000); /* L2 of this core */
    float *labels = logits + LENGTH, *gradient = labels + LENGTH;

    for (int k = 0; k < LENGTH; ++k) {
        logits[k] = (float)core; /* every logit of core k is k, every label 1 */
        labels[k] = 1.0f;
    }
    fp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, gradient, LENGTH);
    printf("core %d: gradient %12.5e, %d cycles, %s\n", (int)core, gradient[LENGTH - 1],
           (int)scegrad_cycles(), scegrad_strerror(scegrad_status()));
    return NULL;
}

int main(void) {
    pthread_t threads[CORES];
    for (uintptr_t core = 0; core < CORES; ++core)
        pthread_create(&threads[core], NULL, work, (void *)core);
    for (int core = 0; core < CORES; ++core)
        pthread_join(threads[core], NULL);
    return 0;
}
