/* SPDX-License-Identifier: Apache-2.0 */
/* One unit of scegrad hardware, shared by the threads of a process: the sequence of
 * docs/registers.md ("Running a job"). */
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
    uint32_t given_mask; /* of shared jobs: as the program gave it */
    uint32_t core_mask;  /* and of that, what the platform has */
    int private_job;
    int fp16;
};

/* What became of it. */
struct sce_result {
    int status; /* SCEGRAD_OK or what went wrong */
    uint32_t fault_address;
    uint32_t units; /* that it needed: bits as in the register BUSY */
    struct scegrad_counters counters;
    char message[SCE_MESSAGE_BYTES]; /* one line about what went wrong */
};

/* Runs a job to its end, or finds out why it cannot. Waits its turn where the job's cores are
 * taken. */
void sce_device_run(const struct sce_request *request, struct sce_result *result);

/* Ends the jobs that run on these units early; their calls return with SCEGRAD_ABORTED. */
void sce_device_abort(uint32_t units);

/* Cycles that a job may take from now on; 0: as many as its length asks for. */
void sce_device_set_timeout(uint64_t cycles);

/* What the system calls at the end of the process, and around fork(): in the parent before and
 * after it, and in the child. */
void sce_device_close(void);
void sce_device_before_fork(void);
void sce_device_after_fork(void);
void sce_device_forked(void);

#endif
