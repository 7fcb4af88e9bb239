/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "windows.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "scegrad_platform.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define WINDOW(name, base, size, core) {name, base, size, core, 0},
static struct sce_window windows[] = {SCE_EACH_WINDOW(WINDOW){NULL, 0, 0, 0, 0}};
#undef WINDOW

const struct sce_window *sce_access_windows(void) {
    return windows;
}

/* What is mapped where the window is to be, as /proc tells, in one word or more. */
static void find_occupant(const struct sce_window *window, char *text, size_t room) {
    char line[256];
    FILE *maps = fopen("/proc/self/maps", "r");
    snprintf(text, room, "something");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uint64_t first, past;
        char name[160] = "";
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %159s", &first, &past, name) < 2)
            continue;
        if (first < window->base + window->size && past > window->base) {
            snprintf(text, room, "%s at 0x%" PRIx64, name[0] != '\0' ? name : "anonymous memory", first);
            break;
        }
    }
    if (maps != NULL)
        fclose(maps);
}

static void refuse(const struct sce_window *window, int error) {
    char why[200];
    if (error == EEXIST)
        find_occupant(window, why, sizeof why);
    else
        snprintf(why, sizeof why, "%s", strerror(error));
    fprintf(stderr, "scegrad: %s (0x%08" PRIx32 " .. 0x%08" PRIx64 ") cannot be mapped: %s%s; jobs that use it are refused\n", window->name,
            window->base, window->base + window->size - 1, why, error == EEXIST ? " is there" : "");
}

void sce_windows_map(int file) {
    const int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
    for (struct sce_window *window = windows; window->name != NULL; ++window) {
        void *const wanted = (void *)(uintptr_t)window->base; /* NOLINT(performance-no-int-to-ptr) */
        void *found = mmap(wanted, window->size, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, file, file < 0 ? 0 : window->base);
        if (found == wanted) {
            window->mapped = 1;
            continue;
        }
        const int error = found == MAP_FAILED ? errno : EEXIST; /* kernels before 4.17 and valgrind take the address for a hint */
        if (found != MAP_FAILED)
            munmap(found, window->size);
        refuse(window, error);
    }
}
