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
 * Places of arrays. The hardware's memories are ordinary memory for a program, at the hardware's
 * own addresses. The library maps them before main() runs; a page takes memory when it is first
 * touched.
 *
 *     shared memory, any core     DDR 0x80000000 .. 0xFFFFFFFF, SMC 0x0C000000 .. 0x0C3FFFFF
 *     private to core k           L2 0x10800000 + k * 0x01000000, 512 KiB
 *                                 AM 0x10000000 + k * 0x01000000, 512 KiB (mt7004 alone)
 *
 * An array must be aligned to its element's size; otherwise it may start anywhere. The output may
 * be exactly one of the inputs (in place); no other overlap is allowed. Exactly `length` elements
 * are written.
 *
 * Errors. The functions return nothing. A call that fails prints one line on standard error and
 * sets the value of scegrad_status(). It leaves the output unchanged; after a bus error, a time-out
 * or an abort each element is either right or unchanged.
 *
 * Threads. Any thread may call any function. Private jobs of different cores run at the same time,
 * one shared job runs at a time, and a call whose cores are in use waits for them. Status, cycles
 * and counters are those of the calling thread's last call. A thread is not cancelled during a
 * call, but after it. Signal handlers run during the call's job, and may call the operator
 * themselves.
 *
 * Environment: SCEGRAD_QUIET (1: no lines about errors on standard error), SCEGRAD_VERBOSE (1: a
 * line for each successful call), SCEGRAD_TIMEOUT (clock cycles that a job may take), and what
 * docs/software.md lists for the simulated hardware and for a board.
 */
#ifndef SCEGRAD_H
#define SCEGRAD_H

#include <stdint.h>

#include "scegrad_half.h"
#include "scegrad_status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The operator in shared memory ("_s": each array in DDR or SMC), on the cores of core_mask: bit i
 * is core i. Bits of cores that the platform lacks are ignored, so 0xff means all eight cores of an
 * ft78ne and all four of an mt7004. */
void fp_sigmoidcrossentropywithlogitsgrad_s(float *Input0, float *Input1, float *output, int length,
                                            int core_mask);

/* The operator in private memory ("_p"): all three arrays are in the private memory of one core,
 * which runs the job. */
void fp_sigmoidcrossentropywithlogitsgrad_p(float *Input0, float *Input1, float *output,
                                            int length);

/* The same in fp16, with elements of type `half` (scegrad_half.h). libscegrad_mt7004 has these two
 * functions; libscegrad_ft78ne does not, because its cores compute fp32 alone. */
void hp_sigmoidcrossentropywithlogitsgrad_s(half *Input0, half *Input1, half *output, int length,
                                            int core_mask);
void hp_sigmoidcrossentropywithlogitsgrad_p(half *Input0, half *Input1, half *output, int length);

/* The status of a call: SCEGRAD_OK, or another code of scegrad_status.h. */

/* The status of the calling thread's last call, and the text of a status, in one line without
 * newline. scegrad_strerror() takes any number; its result is constant and never null. */
int scegrad_status(void);
const char *scegrad_strerror(int status);

/* The line that the last call of this thread printed or would have printed, without newline; empty
 * after a successful call. */
const char *scegrad_message(void);

/* Turns the lines on standard error off (quiet not 0) or on, in every thread. */
void scegrad_set_quiet(int quiet);

/* Sets the time limit of jobs in clock cycles; 0, the default, means 100,000 plus 64 per element. A
 * job that takes longer is aborted, and its call returns with SCEGRAD_TIMEOUT: the job has then
 * ended and writes nothing any more. */
void scegrad_set_timeout(uint64_t cycles);

/* Aborts running jobs; their calls, in other threads, return with SCEGRAD_ABORTED. Bit k of `units`
 * is the private job of core k, bit 16 the shared job; 0xFFFFFFFF means all. Waiting calls are not
 * affected. A signal handler may call this function. */
void scegrad_abort(uint32_t units);

/* The clock cycles of the last call's job in the hardware, from its start to its end; 0 if no job
 * ran. */
uint64_t scegrad_cycles(void);

/* The hardware's counters of the last call's job, all 0 if no job ran: beats of the AXI port, and
 * stalled cycles by cause. */
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

/* The address of the first bus error of the last call's job; 0 if there was none. It is the array's
 * first byte in the bus word that was read, or in the burst that was written. */
uint32_t scegrad_fault_address(void);

/* The platform's name, "ft78ne" or "mt7004", and its number of cores. */
const char *scegrad_platform(void);
int scegrad_cores(void);

#ifdef __cplusplus
}
#endif

#endif
