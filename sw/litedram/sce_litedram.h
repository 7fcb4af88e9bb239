/* The unit behind LiteDRAM: the Verilated top module of a platform, LiteDRAM's controller and its
 * model of the memory, and a host that shares the controller's AXI port.
 *
 * The host has the controller's port while one of its functions runs; otherwise the unit has it. So
 * do not use the host while a job runs. Functions that return int return 0, or -1 if no answer came
 * in time.
 */
#ifndef SCE_LITEDRAM_H
#define SCE_LITEDRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct sce_litedram sce_litedram;

/* A new handle, after reset; NULL if memory ran out. */
sce_litedram *sce_litedram_create(void);
void sce_litedram_free(sce_litedram *bench);

/* Registers, by AXI4-Lite transactions. */
int sce_litedram_write32(sce_litedram *bench, uint32_t offset, uint32_t value);
int sce_litedram_read32(sce_litedram *bench, uint32_t offset, uint32_t *value);

/* Runs until irq is high, or until `cycles` have passed; returns the number of cycles. */
uint64_t sce_litedram_run(sce_litedram *bench, uint64_t cycles);
int sce_litedram_irq(const sce_litedram *bench);

/* The memory, through the controller, at any address and of any size. */
int sce_litedram_write(sce_litedram *bench, uint32_t address, const void *data, uint32_t size);
int sce_litedram_read(sce_litedram *bench, uint32_t address, void *data, uint32_t size);

/* The ideal manager: reads two arrays and writes zeros to a third, all of `size` bytes. */
typedef struct {
    uint32_t addresses[3]; /* multiples of the port's width */
    uint32_t size;
    uint32_t burst_beats; /* of every burst, at most 4 KiB */
    uint32_t turn_bytes;  /* bytes of one input that are read before the other input */
    uint32_t lag_bytes;   /* bytes by which the output lags behind each input */
    uint32_t outstanding; /* bursts in flight of either direction */
} sce_litedram_plan;

/* Cycles from the first request to the last answer; 0 if an answer did not come in time. */
uint64_t sce_litedram_ideal(sce_litedram *bench, const sce_litedram_plan *plan);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
