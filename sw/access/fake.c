/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

#include <stddef.h>

#include "access.h"
#include "scegrad_platform.h"
#include "scegrad_registers.h"

struct sce_fake sce_fake = {.cycles = 100, .failing_read = -1, .failing_write = -1};
_Atomic unsigned sce_fake_starts, sce_fake_aborts, sce_fake_most_busy;

static uint32_t registers[0x1000 / 4];
static uint64_t time_now, ends[SCEGRAD_UNIT_SHARED + 1];

#define REGISTER(name) registers[SCEGRAD_##name##_OFFSET / 4]

#define WINDOW(name, base, size, core) {name, base, size, core, 1},
static const struct sce_window windows[] = {SCE_EACH_WINDOW(WINDOW){NULL, 0, 0, 0, 0}};
#undef WINDOW

const struct sce_window *sce_access_windows(void) {
    return windows;
}

/* The unit of the job in the registers. */
static unsigned unit_of_job(void) {
    if (REGISTER(MODE) & SCEGRAD_MODE_PRIVATE_MASK)
        for (const struct sce_window *window = windows; window->name != NULL; ++window)
            if (REGISTER(GRADIENT) >= window->base &&
                REGISTER(GRADIENT) - window->base < window->size && window->core >= 0)
                return (unsigned)window->core;
    return SCEGRAD_UNIT_SHARED;
}

static void count_busy(void) {
    unsigned busy = 0;
    for (unsigned unit = 0; unit <= SCEGRAD_UNIT_SHARED; ++unit)
        busy += REGISTER(BUSY) >> unit & 1u;
    if (busy > sce_fake_most_busy)
        sce_fake_most_busy = busy;
}

static void start(void) {
    const unsigned unit = unit_of_job();
    ++sce_fake_starts;
    REGISTER(REQUEST) = sce_fake.request != 0 ? sce_fake.request : SCEGRAD_STATUS_ACCEPTED;
    if (REGISTER(BUSY) & SCEGRAD_UNIT_BIT(unit))
        REGISTER(REQUEST) = SCEGRAD_STATUS_BUSY;
    if (REGISTER(REQUEST) != SCEGRAD_STATUS_ACCEPTED)
        return;
    REGISTER(BUSY) |= SCEGRAD_UNIT_BIT(unit);
    REGISTER(IRQ_PENDING) |= sce_fake.stale ? SCEGRAD_UNIT_BIT(unit) : 0;
    registers[SCEGRAD_UNIT_BLOCK(unit) / 4] = SCEGRAD_STATUS_RUNNING;
    ends[unit] = sce_fake.cycles == UINT32_MAX ? UINT64_MAX : time_now + sce_fake.cycles;
    count_busy();
}

static void end(unsigned unit, uint32_t status) {
    const uint32_t block = SCEGRAD_UNIT_BLOCK(unit);
    REGISTER(BUSY) &= ~SCEGRAD_UNIT_BIT(unit);
    REGISTER(IRQ_PENDING) |= SCEGRAD_UNIT_BIT(unit);
    registers[(block + SCEGRAD_UNIT_STATUS_OFFSET) / 4] = status;
    registers[(block + SCEGRAD_UNIT_FAULT_ADDRESS_OFFSET) / 4] = sce_fake.fault_address;
    registers[(block + SCEGRAD_UNIT_CYCLES_OFFSET) / 4] = sce_fake.cycles;
}

/* Ends the jobs whose time has come. */
static void settle(void) {
    for (unsigned unit = 0; unit <= SCEGRAD_UNIT_SHARED && sce_fake_most_busy >= sce_fake.together;
         ++unit)
        if (REGISTER(BUSY) & SCEGRAD_UNIT_BIT(unit) && time_now >= ends[unit])
            end(unit, sce_fake.status != 0 ? sce_fake.status : SCEGRAD_STATUS_DONE);
}

static void abort_jobs(uint32_t units) {
    for (unsigned unit = 0; unit <= SCEGRAD_UNIT_SHARED && !sce_fake.deaf; ++unit)
        if (REGISTER(BUSY) & units & SCEGRAD_UNIT_BIT(unit)) {
            ++sce_fake_aborts;
            end(unit, SCEGRAD_STATUS_ABORTED);
        }
}

static int fake_read32(void *context, uint32_t offset, uint32_t *value) {
    (void)context;
    settle();
    *value = registers[offset / 4];
    return (int)offset == sce_fake.failing_read ? -1 : 0;
}

static int fake_write32(void *context, uint32_t offset, uint32_t value) {
    (void)context;
    if ((int)offset == sce_fake.failing_write)
        return -1;
    if (offset == SCEGRAD_IRQ_PENDING_OFFSET)
        REGISTER(IRQ_PENDING) &= ~value;
    else if (offset == SCEGRAD_ABORT_OFFSET)
        abort_jobs(value);
    else
        registers[offset / 4] = value;
    if (offset == SCEGRAD_START_OFFSET && value & SCEGRAD_START_START_MASK)
        start();
    return 0;
}

static int fake_wait(void *context, uint64_t cycles, uint64_t *passed) {
    (void)context;
    *passed = sce_fake.stopped || sce_fake.stuck_irq || REGISTER(IRQ_PENDING) & REGISTER(IRQ_ENABLE)
                  ? 0
                  : cycles;
    time_now += *passed;
    settle();
    if (sce_fake.failing_wait)
        return -1;
    return sce_fake.stuck_irq || (REGISTER(IRQ_PENDING) & REGISTER(IRQ_ENABLE)) != 0;
}

static const char *fake_error(void *context) {
    (void)context;
    return "the fake was told to fail";
}

static void fake_forked(void *context) {
    (void)context;
}

int sce_access_open(struct sce_access *access, char *message, unsigned size) {
    (void)message;
    (void)size;
    REGISTER(ID) = sce_fake.id != 0 ? sce_fake.id : SCEGRAD_ID_VALUE;
    REGISTER(CAPABILITIES) = SCE_PLATFORM_CAPABILITIES;
    REGISTER(WIDTHS) = SCE_PLATFORM_WIDTHS;
    *access = (struct sce_access){registers,  fake_read32, fake_write32, fake_wait,
                                  fake_error, NULL,        fake_forked};
    return 0;
}
