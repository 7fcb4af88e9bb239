/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "windows.h"

#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

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

enum { MOST_RESTARTS = 15 };
static const char restarts_name[] = "SCEGRAD_RESTARTS";

struct mapping {
    uint64_t first, past;
    char name[160];
};

/* Finds the first mapping of /proc/self/maps that overlaps a window; 0 if there is none. */
static int find_occupant(const struct sce_window *window, struct mapping *found) {
    char line[256];
    int there = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && !there && fgets(line, sizeof line, maps) != NULL) {
        found->name[0] = '\0';
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %159s", &found->first,
                   &found->past, found->name) < 2)
            continue;
        there = found->first < window->base + window->size && found->past > window->base;
    }
    if (maps != NULL)
        fclose(maps);
    return there;
}

/* Whether this library comes before the loader itself in the loader's list of objects: a library of
 * dlopen() comes after it. */
static int is_here_or_loader(struct dl_phdr_info *object, size_t size, void *here) {
    (void)size;
    if (object->dlpi_addr == getauxval(AT_BASE))
        return -1;
    for (int k = 0; k < object->dlpi_phnum; ++k) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[k];
        if (part->p_type == PT_LOAD &&
            (uintptr_t)here - object->dlpi_addr - part->p_vaddr < part->p_memsz)
            return 1;
    }
    return 0;
}

/* The kernel puts the heap at a random address, sometimes over a window, and an existing heap
 * cannot be moved. So the library executes the program again, before main(), until the heap is
 * elsewhere. This is only for programs that are linked to the library: a program that opens it with
 * dlopen() is already running. */
void sce_windows_restart(char **words) {
    const char *text = getenv(restarts_name);
    const int restarts = text != NULL ? (int)strtol(text, NULL, 10) : 0;
    char next[16];
    unsetenv(restarts_name);
    if (restarts >= MOST_RESTARTS || dl_iterate_phdr(is_here_or_loader, windows) <= 0)
        return;
    for (const struct sce_window *window = windows; window->name != NULL; ++window) {
        struct mapping occupant;
        if (!find_occupant(window, &occupant) || strcmp(occupant.name, "[heap]") != 0)
            continue;
        snprintf(next, sizeof next, "%d", restarts + 1);
        if (setenv(restarts_name, next, 1) == 0)
            execv("/proc/self/exe", words);
        unsetenv(restarts_name);
        return;
    }
}

static void refuse(const struct sce_window *window, int error) {
    const char *access = "an access to these addresses faults (SIGSEGV)";
    char why[200];
    struct mapping occupant;
    if (error != EEXIST)
        snprintf(why, sizeof why, "%s", strerror(error));
    else if (find_occupant(window, &occupant))
        snprintf(why, sizeof why, "%s at 0x%" PRIx64 " is there",
                 occupant.name[0] != '\0' ? occupant.name : "anonymous memory", occupant.first);
    else
        snprintf(why, sizeof why, "something is there");
    if (error == EEXIST)
        access = "an access to these addresses reaches what is there, or faults (SIGSEGV)";
    fprintf(stderr,
            "scegrad: %s (0x%08" PRIx32 " .. 0x%08" PRIx64
            ") cannot be mapped: %s; jobs that use it are refused, and %s\n",
            window->name, window->base, window->base + window->size - 1, why, access);
}

void sce_windows_map(int file) {
    const int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
    for (struct sce_window *window = windows; window->name != NULL; ++window) {
        void *const wanted =
            (void *)(uintptr_t)
                window->base; /* NOLINT(performance-no-int-to-ptr): the address is the hardware's */
        void *found = mmap(wanted, window->size, PROT_READ | PROT_WRITE,
                           flags | MAP_FIXED_NOREPLACE, file, file < 0 ? 0 : window->base);
        if (found == wanted) {
            window->mapped = 1;
            continue;
        }
        const int error =
            found == MAP_FAILED
                ? errno
                : EEXIST; /* kernels before 4.17 and valgrind treat the address as a hint */
        if (found != MAP_FAILED)
            munmap(found, window->size);
        refuse(window, error);
    }
}
