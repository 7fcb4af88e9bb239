/* SPDX-License-Identifier: Apache-2.0 */
/* Gradient of the sigmoid cross-entropy with logits, computed by the scegrad hardware:
 *
 *     output[i] = sigmoid(Input0[i]) - Input1[i],   i = 0 .. length-1
 *
 * Input0 holds the logits, Input1 the labels.
 *
 * The difference is rounded once: the result is the correctly rounded one in fp16, and in fp32
 * with the labels 0 and 1.
 *
 * Where arrays may lie. The hardware's memories are ordinary memory to a program, at the
 * hardware's own addresses: the library maps them before main() runs, and a page takes memory
 * when it is first touched.
 *
 *     shared memory, any core     DDR 0x80000000 .. 0xFFFFFFFF, SMC 0x0C000000 .. 0x0C3FFFFF
 *     private to core k           L2 0x10800000 + k * 0x01000000, 512 KiB
 *                                 AM 0x10000000 + k * 0x01000000, 512 KiB (mt7004 alone)
 *
 * An array has to be aligned to its element's size, and may start anywhere otherwise. The output
 * may be exactly one of the inputs (in place), and may not overlap them in another way. Exactly
 * `length` elements are written.
 *
 * Errors. The functions return nothing. A call that cannot be carried out leaves the output
 * untouched (save after a bus error, a time-out or an abort, when each element is either right
 * or as it was), prints one line on standard error, and sets what scegrad_status() returns.
 *
 * Threads. Any function may be called from any thread. Private jobs in different cores' memories
 * run at once, one shared job runs at a time, and a call whose cores are taken waits for its
 * turn. Status, cycles and counters are those of the calling thread's last call. A thread is not
 * cancelled in a call, but after it; signal handlers run while the call's job does, and may call
 * the operator themselves.
 *
 * Environment: SCEGRAD_QUIET (1: no lines about errors on standard error), SCEGRAD_VERBOSE (1: a
 * line for each call that was carried out), SCEGRAD_TIMEOUT (clock cycles that a job may take),
 * and what docs/software.md lists for the simulated hardware and for a board.
 */
#ifndef SCEGRAD_H
#define SCEGRAD_H

#include <stdint.h>

#include "scegrad_half.h"
#include "scegrad_status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The operator in shared memory ("_s": each array in DDR or SMC), on the cores of core_mask: bit
 * i is core i, and bits of cores that the platform lacks take no part, so that 0xff is all eight
 * of an ft78ne and all four of an mt7004. */
void fp_sigmoidcrossentropywithlogitsgrad_s(float *Input0, float *Input1, float *output, int length,
                                            int core_mask);

/* The operator in private memory ("_p"): all three arrays in the private memory of one core,
 * which does the work. */
void fp_sigmoidcrossentropywithlogitsgrad_p(float *Input0, float *Input1, float *output,
                                            int length);

/* The same in fp16, whose element is `half` (scegrad_half.h). libscegrad_mt7004 has these two,
 * libscegrad_ft78ne does not: its cores compute fp32 alone. */
void hp_sigmoidcrossentropywithlogitsgrad_s(half *Input0, half *Input1, half *output, int length,
                                            int core_mask);
void hp_sigmoidcrossentropywithlogitsgrad_p(half *Input0, half *Input1, half *output, int length);

/* What became of a call: SCEGRAD_OK, or what scegrad_status.h lists. */

/* The status of the calling thread's last call, and what a status means, in one line without
 * newline. scegrad_strerror() takes any number; its result is constant and never null. */
int scegrad_status(void);
const char *scegrad_strerror(int status);

/* The line that the last call of this thread printed or would have printed, without newline;
 * empty if it was carried out. */
const char *scegrad_message(void);

/* Switches the lines on standard error off (quiet not 0) or on, in every thread. */
void scegrad_set_quiet(int quiet);

/* Clock cycles that a job may take; 0, as at first, means 100,000 and 64 for each element. A job
 * that takes longer is aborted: it has ended, and writes nothing any more, when its call returns
 * with SCEGRAD_TIMEOUT. */
void scegrad_set_timeout(uint64_t cycles);

/* Ends jobs that run now early; their calls, in other threads, return with SCEGRAD_ABORTED. Bit
 * k of `units` is the private job of core k, bit 16 the shared job; 0xFFFFFFFF are all. Calls
 * that wait for their turn go on. A signal handler may call this. */
void scegrad_abort(uint32_t units);

/* Clock cycles that the last call's job ran in the hardware, from its start to its end; 0 if
 * none ran. */
uint64_t scegrad_cycles(void);

/* The hardware's counters of the last call's job, all 0 if none ran: beats of the AXI port,
 * and cycles stalled by cause. */
struct scegrad_counters {
    uint32_t cycles;
    uint32_t elements;
    uint32_t read_beats;
    uint32_t write_beats;
    uint32_t stall_read_data;
    uint32_t stall_write;
    uint32_t stall_datapath;
    uint32_t stall_port;
};
void scegrad_get_counters(struct scegrad_counters *counters);

/* Where memory first answered the last call's job with an error: the array's first byte in the
 * bus word that was read, or in the burst that was written; 0 if it did not. */
uint32_t scegrad_fault_address(void);

/* The platform's name, "ft78ne" or "mt7004", and its number of cores. */
const char *scegrad_platform(void);
int scegrad_cores(void);

#ifdef __cplusplus
}
#endif

#endif
