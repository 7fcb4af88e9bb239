/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated hardware: registers and time by sce_sim.h, and the program's windows as its
 * memories. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "sce_sim.h"
#include "windows.h"

enum { ALL_PORTS = -1, SHARED_PORT = 0 };

/* A process that opens simulations itself (sce_sim.h), as Python does, does not need the windows.
 * */
__attribute__((constructor)) static void map(int count, char **words) {
    const char *wanted = getenv("SCEGRAD_WINDOWS");
    (void)count;
    if (wanted != NULL && strcmp(wanted, "0") == 0)
        return;
    sce_windows_restart(words);
    sce_windows_map(-1);
}

static int sim_read32(void *context, uint32_t offset, uint32_t *value) {
    return sce_sim_read32(context, offset, value);
}

static int sim_write32(void *context, uint32_t offset, uint32_t value) {
    return sce_sim_write32(context, offset, value);
}

static int sim_wait(void *context, uint64_t cycles, uint64_t *passed) {
    *passed = sce_sim_run(context, cycles, 1);
    return sce_sim_failed(context) ? -1 : sce_sim_irq(context) != 0;
}

static const char *sim_error(void *context) {
    return sce_sim_error(context);
}

static void sim_close(void *context) {
    if (!sce_sim_failed(context) && sce_sim_waves_close(context) != 0)
        fprintf(stderr, "scegrad: %s\n", sce_sim_error(context));
    sce_sim_free(context);
}

static void sim_forked(void *context) {
    sce_sim_forked(context);
}

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* The unit's clock with a DRAM, by SCEGRAD_CORE_MHZ. */
static int set_clock(sce_sim_dram *dram, char *message, unsigned size) {
    const char *text = setting("SCEGRAD_CORE_MHZ");
    char *end;
    if (text == NULL)
        return 0;
    const unsigned long mhz = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || mhz < 1 || mhz > 10000) {
        snprintf(message, size, "SCEGRAD_CORE_MHZ is \"%s\", but must be 1 to 10000", text);
        return -1;
    }
    dram->core_mhz = (uint32_t)mhz;
    return 0;
}

/* The memory that SCEGRAD_MEMORY names: "ideal" (the default), a DRAM as shared memory, or "stuck",
 * which never answers. */
static int set_memory(sce_sim *sim, char *message, unsigned size) {
    static const sce_sim_memory ideal = {.latency = 0, .outstanding = 64, .stall = 0, .seed = 0};
    static const sce_sim_memory stuck = {
        .latency = UINT32_MAX, .outstanding = 64, .stall = 0, .seed = 0};
    const char *name = setting("SCEGRAD_MEMORY"), *preset;
    sce_sim_dram dram;
    if (name == NULL || strcmp(name, "ideal") == 0)
        return sce_sim_set_memory(sim, ALL_PORTS, &ideal);
    if (strcmp(name, "stuck") == 0)
        return sce_sim_set_memory(sim, ALL_PORTS, &stuck);
    if (sce_sim_dram_preset(name, &dram) == 0) {
        if (set_clock(&dram, message, size) != 0)
            return -1;
        return sce_sim_set_memory(sim, ALL_PORTS, &ideal) != 0 ||
                       sce_sim_set_dram(sim, SHARED_PORT, &dram) != 0
                   ? -1
                   : 0;
    }
    int used =
        snprintf(message, size, "SCEGRAD_MEMORY is \"%s\", but must be ideal or stuck", name);
    for (int k = 0;
         (preset = sce_sim_dram_preset_name(k)) != NULL && used >= 0 && (unsigned)used < size; ++k)
        used += snprintf(message + used, size - (unsigned)used, " or %s", preset);
    return -1;
}

/* The bus errors of SCEGRAD_FAULT: read:ADDRESS:BYTES or write:ADDRESS:BYTES. */
static int set_fault(sce_sim *sim, char *message, unsigned size) {
    const char *text = setting("SCEGRAD_FAULT");
    unsigned long long address, bytes;
    char kind[6], rest;
    if (text == NULL)
        return 0;
    if (sscanf(text, "%5[a-z]:%lli:%lli%c", kind, (long long *)&address, (long long *)&bytes,
               &rest) == 3) {
        if (strcmp(kind, "read") == 0)
            return sce_sim_fault(sim, address, bytes, SCE_SIM_READ, 2);
        if (strcmp(kind, "write") == 0)
            return sce_sim_fault(sim, address, bytes, SCE_SIM_WRITE, 2);
    }
    snprintf(message, size,
             "SCEGRAD_FAULT is \"%s\", but must be read:ADDRESS:BYTES or write:ADDRESS:BYTES",
             text);
    return -1;
}

static int attach(sce_sim *sim) {
    for (const struct sce_window *window = sce_access_windows(); window->name != NULL; ++window)
        if (window->mapped &&
            sce_sim_attach(sim, window->base, (void *)(uintptr_t)window->base, window->size) != 0)
            return -1;
    return 0;
}

/* Writes waves if SCEGRAD_WAVES is set. */
static int open_waves(sce_sim *sim, char *message, unsigned size) {
    const char *path = setting("SCEGRAD_WAVES");
    if (path == NULL)
        return 0;
    if (!sce_sim_traces()) {
        snprintf(message, size, "SCEGRAD_WAVES is set, but this library was built without waves");
        return -1;
    }
    FILE *file = fopen(path, "wb"); /* the writer of waves does not tell */
    if (file == NULL) {
        snprintf(message, size, "waves cannot be written to %s: %s", path, strerror(errno));
        return -1;
    }
    fclose(file);
    return sce_sim_waves_open(sim, path);
}

int sce_access_open(struct sce_access *access, char *message, unsigned size) {
    sce_sim *sim = sce_sim_create();
    if (sim == NULL) {
        snprintf(message, size, "there is no memory for the simulation");
        return -1;
    }
    if (attach(sim) != 0 || set_memory(sim, message, size) != 0 ||
        set_fault(sim, message, size) != 0 || open_waves(sim, message, size) != 0) {
        if (message[0] == '\0')
            snprintf(message, size, "%s", sce_sim_error(sim));
        sce_sim_free(sim);
        return -1;
    }
    *access = (struct sce_access){sim,       sim_read32, sim_write32, sim_wait,
                                  sim_error, sim_close,  sim_forked};
    return 0;
}
