/* The access layer of a board on a UIO device whose registers are a file and whose interrupt is
 * the functions below: linked with -Wl,--wrap, board.c calls them in place of the system's. One
 * call of the operator, in the case that the first argument names:
 *
 * sleeps     the interrupt comes while the driver waits for it, after a wait without one
 *     races      it comes with the unmasking, so that no wait may follow
 *     polls      the device takes no unmasking: the registers are polled
 *     breaks     the interrupt cannot be read */
#include <fcntl.h>
#include <poll.h>
#include <scegrad.h>
#include <scegrad_registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *way;
static volatile uint32_t *registers;
static int unmasked, waits, reads;

/* The hardware's actions at the end of the job. */
static void end(void) {
    registers[SCEGRAD_UNIT_BLOCK(SCEGRAD_UNIT_SHARED) / 4] = SCEGRAD_STATUS_DONE;
    registers[SCEGRAD_IRQ_PENDING_OFFSET / 4] = SCEGRAD_UNIT_BIT(SCEGRAD_UNIT_SHARED);
}

ssize_t __real_write(int file, const void *data, size_t size);

ssize_t __wrap_write(int file, const void *data, size_t size) {
    if (file == STDERR_FILENO)
        return __real_write(file, data, size);
    unmasked += size == 4 && *(const uint32_t *)data == 1;
    if (strcmp(way, "races") == 0 || strcmp(way, "polls") == 0)
        end();
    return strcmp(way, "polls") == 0 ? -1 : (ssize_t)size;
}

int __wrap_ppoll(struct pollfd *files, nfds_t count, const struct timespec *limit,
                 const void *mask) {
    (void)files, (void)count, (void)limit, (void)mask;
    if (++waits < 2)
        return 0;
    end();
    return 1;
}

ssize_t __wrap_read(int file, void *data, size_t size) {
    (void)file;
    ++reads;
    *(uint32_t *)data = 1;
    return strcmp(way, "breaks") == 0 ? -1 : (ssize_t)size;
}

int main(int count, char **words) {
    const int file = open(getenv("SCEGRAD_UIO"), O_RDWR);
    float *any = (float *)0xA0000000;
    registers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    way = count > 1 ? words[1] : "";
    fp_sigmoidcrossentropywithlogitsgrad_s(any, any, any, 8, 1);
    printf("%d %d %d %d\n", scegrad_status(), unmasked, waits, reads);
    return 0;
}
