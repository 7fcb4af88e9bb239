/* Another mapping is at the place of SMC before the library is loaded: it stays, and only jobs in
 * SMC are refused. */
#define _GNU_SOURCE
#include <scegrad.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *const smc = (char *)0x0C000000;

/* The loader runs this before the constructors of libraries. */
static void occupy(void) {
    if (mmap(smc + 0x1000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0) != (void *)(smc + 0x1000))
        _exit(10);
    strcpy(smc + 0x1000, "mine");
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = occupy;

int main(void) {
    float *fine = (float *)0x80000000;
    if (strcmp(smc + 0x1000, "mine") != 0)
        return 1;
    fp_sigmoidcrossentropywithlogitsgrad_s((float *)(smc + 0x1000), fine, fine, 8, 1);
    if (scegrad_status() != SCEGRAD_NOT_MAPPED || strcmp(smc + 0x1000, "mine") != 0)
        return 2;
    fp_sigmoidcrossentropywithlogitsgrad_s(fine, fine, fine, 8, 1);
    return scegrad_status() == SCEGRAD_OK && fine[7] == 0.5f ? 0 : 3;
}
