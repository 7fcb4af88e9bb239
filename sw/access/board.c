/* SPDX-License-Identifier: Apache-2.0 */
/* A board: registers through a UIO device or /dev/mem, the memory windows through /dev/mem,
 * settings from the environment.
 *
 *     SCEGRAD_UIO        UIO device with the registers in map 0 and irq as interrupt: /dev/uio0
 *     SCEGRAD_REGISTERS  without a UIO device: physical address of the registers, which are polled
 *     SCEGRAD_MEM        device with the memories at their addresses (default /dev/mem)
 *     SCEGRAD_CLOCK_HZ   clock of the hardware, by which time-outs are counted (default 150000000)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "access.h"
#include "scegrad_registers.h"
#include "windows.h"

enum { REGISTER_BYTES = 4096 };

struct board {
    volatile uint32_t *registers;
    int uio; /* -1: polling */
    double cycles_per_ns;
    const char *error;
};

static struct board the_board = {.uio = -1, .error = "no error"};

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : otherwise;
}

static int open_memory(void) {
    return open(setting("SCEGRAD_MEM", "/dev/mem"), O_RDWR | O_SYNC | O_CLOEXEC);
}

/* If the file is missing, no window is mapped, and a line says so for each. */
__attribute__((constructor)) static void map(int count, char **words) {
    (void)count;
    sce_windows_restart(words);
    const int file = open_memory();
    if (file < 0) {
        fprintf(stderr,
                "scegrad: %s cannot be opened: %s; every job is refused, and an access to the "
                "memories faults\n",
                setting("SCEGRAD_MEM", "/dev/mem"), strerror(errno));
        return;
    }
    sce_windows_map(file);
    close(file);
}

/* A memory barrier: data are written before the start of a job, and results are read after its end.
 * */
static void barrier(void) {
#if defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static int board_read32(void *context, uint32_t offset, uint32_t *value) {
    const struct board *board = context;
    *value = board->registers[offset / 4];
    barrier();
    return 0;
}

static int board_write32(void *context, uint32_t offset, uint32_t value) {
    struct board *board = context;
    barrier();
    board->registers[offset / 4] = value;
    return 0;
}

static uint64_t nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int pending(const struct board *board) {
    return (board->registers[SCEGRAD_IRQ_PENDING_OFFSET / 4] &
            board->registers[SCEGRAD_IRQ_ENABLE_OFFSET / 4]) != 0;
}

/* Blocks until the interrupt. It was unmasked before the read of IRQ_PENDING, so that no interrupt
 * is missed. */
static int sleep_until_irq(struct board *board) {
    const uint32_t unmask = 1;
    uint32_t count;
    struct pollfd poll_for = {.fd = board->uio, .events = POLLIN};
    const struct timespec limit = {.tv_nsec = 200000};
    if (write(board->uio, &unmask, sizeof unmask) != (ssize_t)sizeof unmask)
        board->uio = -1; /* a UIO driver without interrupt: poll from now on */
    else if (!pending(board) && ppoll(&poll_for, 1, &limit, NULL) > 0 &&
             read(board->uio, &count, sizeof count) != (ssize_t)sizeof count) {
        board->error = "the UIO device could not be read";
        return -1;
    }
    return 0;
}

static int board_wait(void *context, uint64_t cycles, uint64_t *passed) {
    struct board *board = context;
    const uint64_t start = nanoseconds();
    const uint64_t limit = (uint64_t)((double)cycles / board->cycles_per_ns);
    int failed = 0;
    while (!failed && !pending(board) && nanoseconds() - start <= limit)
        failed = board->uio >= 0 ? sleep_until_irq(board) : 0;
    *passed = (uint64_t)((double)(nanoseconds() - start) * board->cycles_per_ns);
    return failed ? -1 : pending(board);
}

static const char *board_error(void *context) {
    return ((struct board *)context)->error;
}

static void board_close(void *context) {
    struct board *board = context;
    munmap((void *)(uintptr_t)board->registers, REGISTER_BYTES);
    if (board->uio >= 0)
        close(board->uio);
}

/* Maps the registers, from the UIO device or from memory. */
static void *map_registers(const char *uio, const char *address) {
    const int file = uio != NULL ? open(uio, O_RDWR | O_SYNC | O_CLOEXEC) : open_memory();
    if (file < 0)
        return MAP_FAILED;
    void *registers = mmap(NULL, REGISTER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                           uio != NULL ? 0 : (off_t)strtoull(address, NULL, 0));
    const int error = errno;
    if (uio != NULL && registers != MAP_FAILED)
        the_board.uio = file;
    else
        close(file);
    errno = error;
    return registers;
}

int sce_access_open(struct sce_access *access, char *message, unsigned size) {
    const char *uio = setting("SCEGRAD_UIO", NULL), *address = setting("SCEGRAD_REGISTERS", NULL);
    const double clock = strtod(setting("SCEGRAD_CLOCK_HZ", "150000000"), NULL);
    if (uio == NULL && address == NULL) {
        snprintf(message, size, "neither SCEGRAD_UIO nor SCEGRAD_REGISTERS gives the registers");
        return -1;
    }
    if (!(clock >= 1.0)) {
        snprintf(message, size, "SCEGRAD_CLOCK_HZ is \"%s\", but must be a frequency in Hz",
                 setting("SCEGRAD_CLOCK_HZ", ""));
        return -1;
    }
    void *registers = map_registers(uio, address);
    if (registers == MAP_FAILED) {
        snprintf(message, size, "the registers at %s cannot be mapped: %s",
                 uio != NULL ? uio : address, strerror(errno));
        return -1;
    }
    the_board.registers = registers;
    the_board.cycles_per_ns = clock / 1e9;
    *access = (struct sce_access){&the_board,  board_read32, board_write32, board_wait,
                                  board_error, board_close,  NULL};
    return 0;
}
