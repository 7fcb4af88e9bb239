/* Forks processes while another thread's jobs run on the simulated hardware. Each child has its own
 * copy of the hardware: it makes a call on every unit, and compares. The first argument is the
 * number of children. */
#include <pthread.h>
#include <scegrad.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LENGTH = 300 };

static atomic_int stop, calls;

static int call(unsigned long base, int shared) {
    float *x = (float *)base, *y = x + 1024, *z = y + 1024;
    int wrong = 0;
    for (int k = 0; k < LENGTH; ++k)
        x[k] = 0.0f, y[k] = 1.0f, z[k] = 7.0f;
    if (shared)
        fp_sigmoidcrossentropywithlogitsgrad_s(x, y, z, LENGTH, 0xff);
    else
        fp_sigmoidcrossentropywithlogitsgrad_p(x, y, z, LENGTH);
    for (int k = 0; k < LENGTH; ++k)
        wrong += z[k] != -0.5f;
    return scegrad_status() + wrong;
}

static void *work(void *argument) {
    int failures = 0;
    (void)argument;
    while (!stop) {
        failures += call(0x10800000, 0) + call(0xA0000000, 1);
        ++calls;
    }
    return (void *)(long)failures;
}

int main(int count, char **words) {
    const int children = count > 1 ? atoi(words[1]) : 1;
    pthread_t thread;
    void *failures;
    int failed = 0;
    pthread_create(&thread, NULL, work, NULL);
    while (calls == 0)
        usleep(1000);
    for (int k = 0; k < children; ++k) {
        int status;
        const pid_t child = fork();
        if (child == 0)
            _exit(call(0x10800000, 0) + call(0x11800000, 0) + call(0xA0000000, 1) +
                      call(0xB0000000, 1) !=
                  0);
        failed += waitpid(child, &status, 0) != child || status != 0;
    }
    stop = 1;
    pthread_join(thread, &failures);
    printf("%d children failed, %ld wrong\n", failed, (long)failures);
    return 0;
}
