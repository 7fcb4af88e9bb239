/* The fast simulator of one platform: the Verilated top module and a memory model on each of its
 * AXI ports, behind a handle.
 *
 * Any number of handles may be open in a process. Time advances only inside calls, nothing runs in
 * the background, and the same calls give the same cycles. A handle belongs to one thread at a
 * time. Functions that return int return 0, or a negative number if the request was refused;
 * sce_sim_error() then says why. Times are clock cycles since the handle was made.
 */
#ifndef SCE_SIM_H
#define SCE_SIM_H

#include <stdint.h>

#include "sce_dram.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define SCE_SIM_ABI 3

typedef struct sce_sim sce_sim;

/* Kinds of access, as bits. */
enum { SCE_SIM_READ = 1, SCE_SIM_WRITE = 2 };

/* Channels of an AXI port. */
enum { SCE_SIM_AR = 0, SCE_SIM_R = 1, SCE_SIM_AW = 2, SCE_SIM_W = 3, SCE_SIM_B = 4 };

/* Kinds of violation. */
enum {
  SCE_SIM_OUTSIDE_REGION = 1, /* the port does not reach the address; answered DECERR */
  SCE_SIM_OUTSIDE_WINDOW = 2, /* no declared window allows the access; answered DECERR */
  SCE_SIM_BAD_BURST = 3,      /* not INCR, not full width, or across 4 KiB */
  SCE_SIM_BAD_LAST = 4,       /* WLAST on another beat than the last */
};

typedef struct {
  uint64_t cycle;
  uint32_t address;
  uint32_t port;
  uint32_t kind;
  uint32_t access;
} sce_sim_violation;

/* One accepted beat: AR and AW with address and burst length in beats, R and W and B with the
 * address of their beat or burst and 1. */
typedef struct {
  uint64_t cycle;
  uint32_t address;
  uint16_t beats;
  uint8_t port;
  uint8_t channel;
} sce_sim_event;

/* Beats accepted on a port since the handle was made; write_bytes counts strobed bytes. */
typedef struct {
  uint64_t bursts_read;
  uint64_t read_beats;
  uint64_t bursts_written;
  uint64_t write_beats;
  uint64_t write_bytes;
} sce_sim_traffic;

/* The library's version SCE_SIM_ABI, the number of ports (0 is shared memory, k + 1 is the L2 of
 * core k), and whether it can write waves. */
int sce_sim_abi(void);
int sce_sim_ports(void);
int sce_sim_traces(void);
const char* sce_sim_port_name(int port);
int sce_sim_port_bytes(int port);

/* A model that has been through reset; NULL if there is no memory for it. */
sce_sim* sce_sim_create(void);
void sce_sim_free(sce_sim* sim);
const char* sce_sim_error(const sce_sim* sim);

/* Whether memory ran out while the clock ran: from then on every function is refused, and
 * sce_sim_run() returns 0. */
int sce_sim_failed(const sce_sim* sim);

/* In a forked process: the simulation continues as the process's own, without the waves, which
 * belong to the parent. */
void sce_sim_forked(sce_sim* sim);

/* Asserts rst for `cycles` cycles; the memories lose what was in flight and keep their contents. */
int sce_sim_reset(sce_sim* sim, uint32_t cycles);

typedef struct {
  uint32_t
      latency; /* cycles from AR to the first R beat, and from the last of AW and W to B; with 0
                  the memory answers at once */
  uint32_t outstanding; /* bursts of either direction that are accepted before the first of them is
                           answered: 1 to 256 */
  uint32_t stall;       /* how often, out of 256, each channel pauses for a cycle: 0 to 250 */
  uint64_t seed;        /* of the generator that decides the pauses */
} sce_sim_memory;

/* Behaviour of one port's memory (port -1: all of them); only while nothing is in flight there. */
int sce_sim_set_memory(sce_sim* sim, int port, const sce_sim_memory* memory);

/* Makes one port's memory a DRAM (docs/memory.md), whose time begins with its first burst; only
 * while nothing is in flight there. */
int sce_sim_set_dram(sce_sim* sim, int port, const sce_sim_dram* dram);

/* Counts of a port's DRAM since then; refused if the port has none. */
int sce_sim_get_dram_stats(sce_sim* sim, int port, sce_sim_dram_stats* stats);

/* The memory, byte by byte, without time; bytes that were never written read 0. */
int sce_sim_write(sce_sim* sim, uint64_t address, const void* data, uint64_t size);
int sce_sim_read(sce_sim* sim, uint64_t address, void* data, uint64_t size);
int sce_sim_release(sce_sim* sim, uint64_t address, uint64_t size);
int sce_sim_attach(sce_sim* sim, uint64_t address, void* data, uint64_t size);
uint64_t sce_sim_used_bytes(const sce_sim* sim);

/* Windows: once one is declared, everything else is refused with DECERR and counted as a violation.
 */
int sce_sim_window(sce_sim* sim, uint64_t address, uint64_t size, uint32_t access);
int sce_sim_windows_clear(sce_sim* sim);
uint64_t sce_sim_violations(const sce_sim* sim, sce_sim_violation* first, uint64_t capacity);
int sce_sim_violations_clear(sce_sim* sim);

/* Answers accesses that meet the range with `response` (2 SLVERR, 3 DECERR), a write of such a byte
 * is not carried out. */
int sce_sim_fault(sce_sim* sim, uint64_t address, uint64_t size, uint32_t access,
                  uint32_t response);
int sce_sim_faults_clear(sce_sim* sim);

/* Registers, by AXI4-Lite transactions that take their time; an answer other than OKAY, or none
 * within 100,000 cycles, is refused. */
int sce_sim_write32(sce_sim* sim, uint32_t offset, uint32_t value);
int sce_sim_read32(sce_sim* sim, uint32_t offset, uint32_t* value);

/* Runs until irq is high (if `until_irq` is set) or `cycles` cycles have passed; returns the cycles
 * run. */
uint64_t sce_sim_run(sce_sim* sim, uint64_t cycles, int until_irq);
int sce_sim_irq(const sce_sim* sim);
uint64_t sce_sim_cycle(const sce_sim* sim);

/* Clocks the model alone for `cycles` cycles, without memories and ports: simulation speed is
 * compared with it. */
void sce_sim_clock_bare(sce_sim* sim, uint64_t cycles);

/* Traffic and, if room for events was made, the accepted beats with their times; events beyond the
 * room are counted but not kept. */
int sce_sim_get_traffic(const sce_sim* sim, int port, sce_sim_traffic* traffic);
int sce_sim_record(sce_sim* sim, uint64_t capacity);
uint64_t sce_sim_events(const sce_sim* sim, const sce_sim_event** events);
uint64_t sce_sim_events_lost(const sce_sim* sim);

/* Waves as FST, from now until the end or sce_sim_waves_close. That is refused if they could not be
 * written to their end. */
int sce_sim_waves_open(sce_sim* sim, const char* path);
int sce_sim_waves_close(sce_sim* sim);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
