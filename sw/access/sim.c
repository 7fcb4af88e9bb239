/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated hardware: registers and time by scesim.h, and the program's windows as its memories. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "scesim.h"
#include "windows.h"

enum { ALL_PORTS = -1 };

/* The memories that SCEGRAD_MEMORY can name; the first is what it is unless told. */
static const struct {
    const char *name;
    scesim_memory behaviour;
} memories[] = {
    {"ideal", {.latency = 0, .outstanding = 64, .stall = 0, .seed = 0}},
};

/* Whoever opens simulations of its own (scesim.h), as Python does, has no use for the windows. */
__attribute__((constructor)) static void map(void) {
    const char *wanted = getenv("SCEGRAD_WINDOWS");
    if (wanted == NULL || strcmp(wanted, "0") != 0)
        sce_windows_map(-1);
}

static int sim_read32(void *context, uint32_t offset, uint32_t *value) {
    return scesim_read32(context, offset, value);
}

static int sim_write32(void *context, uint32_t offset, uint32_t value) {
    return scesim_write32(context, offset, value);
}

static int sim_wait(void *context, uint64_t cycles, uint64_t *passed) {
    *passed = scesim_run(context, cycles, 1);
    return scesim_irq(context) != 0;
}

static const char *sim_error(void *context) {
    return scesim_error(context);
}

static void sim_close(void *context) {
    scesim_free(context);
}

static int set_memory(scesim *sim, char *message, unsigned room) {
    const unsigned count = sizeof memories / sizeof *memories;
    const char *name = getenv("SCEGRAD_MEMORY");
    unsigned chosen = 0;
    while (name != NULL && *name != '\0' && chosen < count && strcmp(name, memories[chosen].name) != 0)
        ++chosen;
    if (chosen == count) {
        int used = snprintf(message, room, "SCEGRAD_MEMORY is \"%s\", but must be", name);
        for (unsigned k = 0; k < count && used >= 0 && (unsigned)used < room; ++k)
            used += snprintf(message + used, room - (unsigned)used, "%s %s", k != 0 ? " or" : "", memories[k].name);
        return -1;
    }
    return scesim_set_memory(sim, ALL_PORTS, &memories[chosen].behaviour);
}

static int attach(scesim *sim) {
    for (const struct sce_window *window = sce_access_windows(); window->name != NULL; ++window)
        if (window->mapped && scesim_attach(sim, window->base, (void *)(uintptr_t)window->base, window->size) != 0)
            return -1;
    return 0;
}

/* Waves where they are asked for. */
static int open_waves(scesim *sim, char *message, unsigned room) {
    const char *path = getenv("SCEGRAD_WAVES");
    if (path == NULL || *path == '\0')
        return 0;
    if (!scesim_traces()) {
        snprintf(message, room, "SCEGRAD_WAVES is set, but this library was built without waves");
        return -1;
    }
    FILE *file = fopen(path, "wb"); /* the writer of waves does not tell */
    if (file == NULL) {
        snprintf(message, room, "waves cannot be written to %s: %s", path, strerror(errno));
        return -1;
    }
    fclose(file);
    return scesim_waves_open(sim, path);
}

int sce_access_open(struct sce_access *access, char *message, unsigned room) {
    scesim *sim = scesim_create();
    if (sim == NULL) {
        snprintf(message, room, "there is no memory for the simulation");
        return -1;
    }
    if (attach(sim) != 0 || set_memory(sim, message, room) != 0 || open_waves(sim, message, room) != 0) {
        if (message[0] == '\0')
            snprintf(message, room, "%s", scesim_error(sim));
        scesim_free(sim);
        return -1;
    }
    *access = (struct sce_access){sim, sim_read32, sim_write32, sim_wait, sim_error, sim_close};
    return 0;
}
