/* SPDX-License-Identifier: Apache-2.0 */
/* The scegrad hardware, shared by the threads of a process: the sequence of docs/registers.md
 * ("Running a job"). */
#ifndef SCE_DEVICE_H
#define SCE_DEVICE_H

#include <stdint.h>

#include "scegrad.h"

enum { SCE_MESSAGE_BYTES = 480 };

/* A call of the operator. Addresses are the program's pointers. */
struct sce_request {
    const char *function;
    uint64_t logits;
    uint64_t labels;
    uint64_t gradient;
    int32_t length;
    uint32_t given_mask; /* of shared jobs: the program's mask */
    uint32_t core_mask;  /* its bits for cores of the platform */
    int private_job;
    int fp16;
};

/* The outcome of a call. */
struct sce_result {
    int status; /* SCEGRAD_OK or the error */
    uint32_t fault_address;
    uint32_t units; /* units that the call needed: bits as in the register BUSY */
    struct scegrad_counters counters;
    char message[SCE_MESSAGE_BYTES]; /* one line about the error */
};

/* Runs a job to its end, or returns the reason why it cannot. Waits while the job's cores are in
 * use. */
void sce_device_run(const struct sce_request *request, struct sce_result *result);

/* Aborts the jobs that run on these units; their calls return with SCEGRAD_ABORTED. */
void sce_device_abort(uint32_t units);

/* Sets the time limit of jobs in cycles, from now on; 0: a limit by the job's length. */
void sce_device_set_timeout(uint64_t cycles);

/* The system calls these functions at the end of the process, and around fork(): in the parent
 * before and after it, and in the child. */
void sce_device_close(void);
void sce_device_before_fork(void);
void sce_device_after_fork(void);
void sce_device_forked(void);

#endif
