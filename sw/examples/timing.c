/* SPDX-License-Identifier: Apache-2.0 */
/* The processor time of calls for 1,024 elements, in shared and in private memory. For each it
 * prints the milliseconds of the first call, the mean microseconds of the following calls, and the
 * cycles that the hardware counted. The argument is the number of following calls. */
#define _POSIX_C_SOURCE 200809L
#include <scegrad.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LENGTH = 1024 };

static double microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

static void call(int shared) {
    if (shared)
        fp_sigmoidcrossentropywithlogitsgrad_s((float *)0xA0000000, (float *)0xA0100000,
                                               (float *)0xC0000000, LENGTH,
                                               (1 << scegrad_cores()) - 1);
    else
        fp_sigmoidcrossentropywithlogitsgrad_p((float *)0x10810000, (float *)0x10820000,
                                               (float *)0x10830000, LENGTH);
    if (scegrad_status() != SCEGRAD_OK)
        exit(1);
}

int main(int argc, char *argv[]) {
    const int calls = argc > 1 ? atoi(argv[1]) : 100;
    for (int shared = 1; shared >= 0; --shared) {
        double start = microseconds();
        call(shared);
        const double first = microseconds() - start;
        start = microseconds();
        for (int k = 0; k < calls; ++k)
            call(shared);
        printf("%s %.3f %.3f %llu\n", shared ? "shared" : "private", first / 1e3,
               (microseconds() - start) / calls, (unsigned long long)scegrad_cycles());
    }
    return 0;
}
