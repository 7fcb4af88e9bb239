/* A program with HEAP_MIB of heap before the libraries' constructors run: 64 MiB overlap a window
 * in one start of ten. It writes a line at each of its starts, and then calls the operator in SMC
 * and in an L2 with the arguments as a logit. */
#define _GNU_SOURCE
#include <scegrad.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef HEAP_MIB
#define HEAP_MIB 64L
#endif

static void grow(void) {
    static const char line[] = "start\n";
    if (sbrk(HEAP_MIB * 1048576L) == (void *)-1 || write(STDOUT_FILENO, line, sizeof line - 1) < 0)
        _exit(10);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = grow;

int main(int count, char **words) {
    float *smc = (float *)0x0C000000, *l2 = (float *)0x10800000;
    if (count != 2 || getenv("SCEGRAD_RESTARTS") != NULL)
        return 1;
    smc[0] = l2[0] = strtof(words[1], NULL);
    fp_sigmoidcrossentropywithlogitsgrad_s(smc, smc + 1, smc + 2, 1, 1);
    fp_sigmoidcrossentropywithlogitsgrad_p(l2, l2 + 1, l2 + 2, 1);
    return smc[2] == 1.0f && l2[2] == 1.0f ? 0 : 2;
}
