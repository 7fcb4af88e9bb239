/* The fast simulator of one platform: the Verilated top module and a memory model on each of its
 * AXI ports, behind a handle.
 *
 * Any number of handles may be open in a process. Time advances only inside calls, nothing runs in
 * the background, and the same calls give the same cycles. A handle belongs to one thread at a
 * time. Functions that return int return 0, or a negative number where the request was refused;
 * scesim_error() then says why. Times are numbers of rising clock edges since the handle was made.
 */
#ifndef SCESIM_H
#define SCESIM_H

#include <stdint.h>

#include "scedram.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define SCESIM_ABI 3

typedef struct scesim scesim;

/* Kinds of access, as bits. */
enum { SCESIM_READ = 1, SCESIM_WRITE = 2 };

/* Channels of an AXI port. */
enum { SCESIM_AR = 0, SCESIM_R = 1, SCESIM_AW = 2, SCESIM_W = 3, SCESIM_B = 4 };

/* Kinds of violation. */
enum {
  SCESIM_OUTSIDE_REGION = 1, /* the port does not reach the address; answered DECERR */
  SCESIM_OUTSIDE_WINDOW = 2, /* no declared window allows the access; answered DECERR */
  SCESIM_BAD_BURST = 3,      /* not INCR, not full width, or across 4 KiB */
  SCESIM_BAD_LAST = 4,       /* WLAST on another beat than the last */
};

typedef struct {
  uint64_t edge;
  uint32_t address;
  uint32_t port;
  uint32_t kind;
  uint32_t access;
} scesim_violation;

/* One accepted beat: AR and AW with address and burst length in beats, R and W and B with the
 * address of their beat or burst and 1. */
typedef struct {
  uint64_t edge;
  uint32_t address;
  uint16_t beats;
  uint8_t port;
  uint8_t channel;
} scesim_event;

/* Beats accepted on a port since the handle was made; write_bytes counts strobed bytes. */
typedef struct {
  uint64_t bursts_read;
  uint64_t read_beats;
  uint64_t bursts_written;
  uint64_t write_beats;
  uint64_t write_bytes;
} scesim_traffic;

/* What the library is: SCESIM_ABI, the number of ports (0 is shared memory, k + 1 is the L2 of core
 * k), whether it can write waves. */
int scesim_abi(void);
int scesim_ports(void);
int scesim_traces(void);
const char* scesim_port_name(int port);
int scesim_port_bytes(int port);

/* A model that has been through reset; NULL where there is no memory for it. */
scesim* scesim_create(void);
void scesim_free(scesim* sim);
const char* scesim_error(const scesim* sim);

/* Whether memory ran out while the clock ran: from then on every function is refused, and
 * scesim_run() returns 0. */
int scesim_failed(const scesim* sim);

/* In a process that was forked: the simulation goes on as the process's own, without the waves,
 * which are the parent's. */
void scesim_forked(scesim* sim);

/* Asserts rst for `edges` edges; what was in flight in the memories is forgotten, their contents
 * stay. */
int scesim_reset(scesim* sim, uint32_t edges);

typedef struct {
  uint32_t latency; /* edges from AR to the first R beat, and from the last of AW and W to B; 0 is a
                       memory that answers at once */
  uint32_t outstanding; /* bursts of either direction that are accepted before the first of them is
                           answered: 1 to 256 */
  uint32_t stall;       /* how often, out of 256, each channel pauses for an edge: 0 to 250 */
  uint64_t seed;        /* of the generator that decides the pauses */
} scesim_memory;

/* Behaviour of one port's memory (port -1: all of them); only while nothing is in flight there. */
int scesim_set_memory(scesim* sim, int port, const scesim_memory* memory);

/* Makes one port's memory a DRAM (docs/memory.md), time beginning anew with its first burst; only
 * while nothing is in flight there. */
int scesim_set_dram(scesim* sim, int port, const scesim_dram* dram);

/* What the DRAM of a port did since then; refused where the port has none. */
int scesim_get_dram_stats(scesim* sim, int port, scesim_dram_stats* stats);

/* The memory, byte by byte, in no time; what was never written reads 0. */
int scesim_write(scesim* sim, uint64_t address, const void* data, uint64_t size);
int scesim_read(scesim* sim, uint64_t address, void* data, uint64_t size);
int scesim_release(scesim* sim, uint64_t address, uint64_t size);
int scesim_attach(scesim* sim, uint64_t address, void* data, uint64_t size);
uint64_t scesim_used_bytes(const scesim* sim);

/* Windows: once one is declared, everything else is refused with DECERR and counted as a violation.
 */
int scesim_window(scesim* sim, uint64_t address, uint64_t size, uint32_t access);
int scesim_windows_clear(scesim* sim);
uint64_t scesim_violations(const scesim* sim, scesim_violation* first, uint64_t room);
int scesim_violations_clear(scesim* sim);

/* Answers accesses that meet the range with `response` (2 SLVERR, 3 DECERR), a write of such a byte
 * is not carried out. */
int scesim_fault(scesim* sim, uint64_t address, uint64_t size, uint32_t access, uint32_t response);
int scesim_faults_clear(scesim* sim);

/* Registers, by AXI4-Lite transactions that take their time; an answer other than OKAY, or none
 * within 100,000 edges, is refused. */
int scesim_write32(scesim* sim, uint32_t offset, uint32_t value);
int scesim_read32(scesim* sim, uint32_t offset, uint32_t* value);

/* Runs until irq is high (where `until_irq` is set) or `edges` edges went by; returns the edges
 * run. */
uint64_t scesim_run(scesim* sim, uint64_t edges, int until_irq);
int scesim_irq(const scesim* sim);
uint64_t scesim_edge(const scesim* sim);

/* Clocks the model alone for `edges` edges, memories and all else standing still: the measure that
 * simulation speed is compared with. */
void scesim_clock_bare(scesim* sim, uint64_t edges);

/* Traffic and, where room for events was made, what was accepted when; events past the room are
 * counted and not kept. */
int scesim_get_traffic(const scesim* sim, int port, scesim_traffic* traffic);
int scesim_record(scesim* sim, uint64_t room);
uint64_t scesim_events(const scesim* sim, const scesim_event** events);
uint64_t scesim_events_lost(const scesim* sim);

/* Waves as FST, from now until the end or scesim_waves_close, which is refused if they could not be
 * written to their end. */
int scesim_waves_open(scesim* sim, const char* path);
int scesim_waves_close(scesim* sim);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
