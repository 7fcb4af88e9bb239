/* The DRAM timing model alone, behind a handle: for benches that bring their own bus, and the ideal
 * manager with which the unit is compared. The model is that of sce_sim_set_dram; docs/memory.md
 * describes it. It moves no data: it says when bursts are answered.
 */
#ifndef SCE_DRAM_H
#define SCE_DRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* One channel of one rank and its controller. Times are in clocks of the memory, with JEDEC's
 * names; a row cycle tRC is tras + trp, and every access moves a column of 8 bus words (BL8) in 4
 * clocks. */
typedef struct {
  uint32_t memory_mhz, core_mhz;         /* clocks of the memory and of the unit */
  uint32_t bus_bytes;                    /* width of the data bus */
  uint32_t bank_groups, banks_per_group; /* 1 to 64 banks in all */
  uint32_t row_bytes;                    /* of one bank's row, over all devices of the rank */
  uint32_t cl, cwl, trcd, trp, tras, twr, trtp;
  uint32_t trrd_s, trrd_l, tfaw, tccd_s, tccd_l, twtr_s, twtr_l;
  uint32_t trfc, trefi;             /* trefi 0: no refresh */
  uint32_t frontend;                /* clocks that controller and PHY add to every read */
  uint32_t read_queue, write_queue; /* columns that are scheduled from: 1 to 256 */
  uint32_t write_high, write_low;   /* columns that end reading, and that end it if nothing is to be
                                       read: 1 to write_queue */
  uint32_t read_turn,
      write_turn; /* columns served at least before the direction turns, as long as there are any */
  uint32_t age_limit; /* clocks after which the oldest column is served before all others */
  uint32_t base,
      size; /* addresses of the DRAM; all others of the port are answered after sram_latency */
  uint32_t sram_latency; /* cycles, as latency of sce_sim_memory */
} sce_sim_dram;

/* Counts of the memory's operations. */
typedef struct {
  uint64_t clocks; /* of the memory, from the first burst to the last cycle */
  uint64_t read_columns, write_columns;
  uint64_t activates, precharges, refreshes;
  uint64_t turns; /* changes of direction, both ways */
} sce_sim_dram_stats;

/* Fills in a preset by its name; 0, or -1 if there is none of that name. Names by number, NULL
 * after the last. */
int sce_sim_dram_preset(const char* name, sce_sim_dram* dram);
const char* sce_sim_dram_preset_name(int index);

/* sizeof(sce_sim_dram), with which another language can check its own layout. */
uint32_t sce_sim_dram_bytes(void);

/* NULL if the parameters are valid, else an error message. */
const char* sce_sim_dram_problem(const sce_sim_dram* dram);

typedef struct sce_dram sce_dram;

/* NULL if the parameters are not valid. `port_bytes` is the width of the AXI port. */
sce_dram* sce_dram_create(const sce_sim_dram* dram, uint32_t port_bytes);
void sce_dram_free(sce_dram* dram);

/* A burst is complete for the memory in `cycle`: a read with its AR, a write with AW and last W.
 * Returns its token. */
uint32_t sce_dram_accept(sce_dram* dram, uint32_t id, uint32_t address, uint32_t beats, int write,
                         uint64_t cycle);

/* Ends the cycle's handshakes; call it once per cycle. */
void sce_dram_tick(sce_dram* dram, uint64_t cycle);

/* After the tick of a cycle: beats of a read that may be taken at the next one; for a write 1 as
 * soon as its response may be. */
uint32_t sce_dram_ready(const sce_dram* dram, uint32_t token, uint64_t cycle);

/* The burst has been answered to its end; its token may come again. */
void sce_dram_retire(sce_dram* dram, uint32_t token);

/* After the tick of a cycle: whether an AR (bit 0) and an AW (bit 1) may be accepted at the next
 * one. */
uint32_t sce_dram_room(const sce_dram* dram);
void sce_dram_clear(sce_dram* dram);
void sce_dram_get_stats(const sce_dram* dram, sce_sim_dram_stats* stats);

/* Commands on the DRAM's bus. */
enum {
  SCE_DRAM_ACTIVATE = 0,
  SCE_DRAM_PRECHARGE = 1,
  SCE_DRAM_READ = 2,
  SCE_DRAM_WRITE = 3,
  SCE_DRAM_REFRESH = 4
};

/* A precharge for a refresh closes every bank at once and is recorded as one command for each open
 * bank. */
typedef struct {
  uint64_t clock;
  uint32_t kind;
  uint32_t bank; /* in its bank group's order: bank * bank_groups + group */
  uint32_t row;
  uint32_t unused;
} sce_dram_command;

/* Records up to this many commands from now on (0: none); the records stay valid until the next
 * call of any function. */
void sce_dram_record(sce_dram* dram, uint64_t capacity);
uint64_t sce_dram_commands(const sce_dram* dram, const sce_dram_command** commands);

/* Cycles from the first AR to the last answer of a manager that never waits by itself: it reads two
 * arrays of `size` bytes in turns of `turn_bytes`, writes a third at the same time with one write
 * to two reads, `lag_bytes` behind them, has `outstanding` bursts of each direction in flight,
 * needs no data to write, and moves a beat of each kind per cycle. 0 if the parameters are not
 * valid. */
uint64_t sce_dram_ideal(const sce_sim_dram* dram, uint32_t port_bytes, uint32_t burst_beats,
                        const uint32_t addresses[3], uint32_t size, uint32_t turn_bytes,
                        uint32_t lag_bytes, uint32_t outstanding, sce_sim_dram_stats* stats);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
