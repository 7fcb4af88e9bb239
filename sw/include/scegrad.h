/* SPDX-License-Identifier: Apache-2.0 */
/* Gradient of the sigmoid cross-entropy with logits, computed by the scegrad hardware:
 *
 *     output[i] = sigmoid(Input0[i]) - Input1[i]        Input0: logits, Input1: labels, i = 0 .. length-1
 *
 * The difference is rounded once: in fp16 the result is the correctly rounded one, in fp32 it is within 0.501 ulp (labels 0 and 1).
 *
 * Where arrays may lie. The hardware's memories are ordinary memory to a program, at the hardware's own addresses: the library
 * maps them before main() runs, and a page takes memory when it is first touched.
 *
 *     shared memory, any core     DDR 0x80000000 .. 0xFFFFFFFF, SMC 0x0C000000 .. 0x0C3FFFFF
 *     private to core k           L2 0x10800000 + k * 0x01000000, 512 KiB
 *                                 AM 0x10000000 + k * 0x01000000, 512 KiB (mt7004 alone)
 *
 * An array has to be aligned to its element's size, and may start anywhere otherwise. The output may be exactly one of the inputs (in
 * place), and may not overlap them in another way. Exactly `length` elements are written.
 *
 * Errors. The functions return nothing. A call that cannot be carried out leaves the output untouched (save after a bus error or a
 * time-out, when the output is undefined), prints one line on standard error, and sets what scegrad_status() returns.
 *
 * Threads. Any function may be called from any thread. Private jobs in different cores' memories run at once, one shared job runs at a time, and a
 * call whose cores are taken waits for its turn. Status, cycles and counters are those of the calling thread's last call.
 *
 * Environment, read at the first call: SCEGRAD_QUIET (1: no lines on standard error), SCEGRAD_TIMEOUT (clock cycles that a job may
 * take), and what docs/software.md lists for the simulated hardware and for a board.
 */
#ifndef SCEGRAD_H
#define SCEGRAD_H

#include <stdint.h>

#include "scegrad_half.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The operator in shared memory ("_s": each array in DDR or SMC), on the cores of core_mask (bit i is core i; 0xff is all eight of an
 * ft78ne, 0xf all four of an mt7004). */
void fp_sigmoidcrossentropywithlogitsgrad_s(float *Input0, float *Input1, float *output, int length, int core_mask);

/* The operator in private memory ("_p"): all three arrays in the private memory of one core, which does the work. */
void fp_sigmoidcrossentropywithlogitsgrad_p(float *Input0, float *Input1, float *output, int length);

/* The same in fp16, whose element is `half` (scegrad_half.h). libscegrad_mt7004 has these two, libscegrad_ft78ne does not: its cores compute fp32 alone. */
void hp_sigmoidcrossentropywithlogitsgrad_s(half *Input0, half *Input1, half *output, int length, int core_mask);
void hp_sigmoidcrossentropywithlogitsgrad_p(half *Input0, half *Input1, half *output, int length);

/* What became of a call. From 16 to 35 they are the hardware's own codes (docs/registers.md). */
enum {
    SCEGRAD_OK = 0,                 /* carried out; also before a thread's first call */
    SCEGRAD_LENGTH_NEGATIVE = 16,   /* length is negative */
    SCEGRAD_FORMAT_MISSING = 17,    /* the platform's cores do not compute this format */
    SCEGRAD_CORE_MASK_INVALID = 18, /* core_mask is 0 or names a core that the platform lacks */
    SCEGRAD_MISALIGNED = 19,        /* an address is not a multiple of the element's size */
    SCEGRAD_OUTSIDE_MEMORY = 20,    /* an array is not in the hardware's memory (null, or from malloc), or runs past its end */
    SCEGRAD_MIXED_MEMORIES = 21,    /* not all in shared memory ("_s"), or not all in one core's private memory ("_p") */
    SCEGRAD_OVERLAP = 22,           /* the output overlaps an input without being exactly that input */
    SCEGRAD_BUSY = 23,              /* a core is still running a job that was given up (time-out) */
    SCEGRAD_READ_SLVERR = 32,       /* bus errors: see scegrad_fault_address() */
    SCEGRAD_READ_DECERR = 33,
    SCEGRAD_WRITE_SLVERR = 34,
    SCEGRAD_WRITE_DECERR = 35,
    SCEGRAD_TIMEOUT = 64,    /* the job did not end in time and was given up */
    SCEGRAD_NOT_MAPPED = 65, /* an array lies in a window that could not be mapped: the library said why when it was loaded */
    SCEGRAD_SETUP = 66,      /* the hardware could not be opened: missing, of another platform, or a setting is wrong */
    SCEGRAD_HARDWARE = 67    /* the registers could not be accessed, or read what they must not */
};

/* The status of the calling thread's last call, and what a status means, in one line without newline. scegrad_strerror() takes any
 * number; its result is constant and never null. */
int scegrad_status(void);
const char *scegrad_strerror(int status);

/* The line that the last call of this thread printed or would have printed, without newline; empty where it was carried out. */
const char *scegrad_message(void);

/* Switches the lines on standard error off (quiet not 0) or on, in every thread. */
void scegrad_set_quiet(int quiet);

/* Clock cycles that a job may take before it is given up; 0, as at first, means 100,000 and 64 for each element. */
void scegrad_set_timeout(uint64_t cycles);

/* Clock cycles that the last call's job ran in the hardware, from its start to its end; 0 where none ran. */
uint64_t scegrad_cycles(void);

/* The hardware's counters of the last call's job, all 0 where none ran: beats of the AXI port, and cycles stalled by cause. */
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

/* Where memory first answered the last call's job with an error: the array's first byte in the bus word that was read, or in the burst that
 * was written; 0 where it did not. */
uint32_t scegrad_fault_address(void);

/* The platform's name, "ft78ne" or "mt7004", and its number of cores. */
const char *scegrad_platform(void);
int scegrad_cores(void);

#ifdef __cplusplus
}
#endif

#endif
