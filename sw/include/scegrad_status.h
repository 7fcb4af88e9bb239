/* SPDX-License-Identifier: Apache-2.0 */
/* Status of a call, for scegrad.h. Made by `scegrad generate registers`: do not edit.
 * Codes from 16 to 48 are those of the hardware, see docs/registers.md. */
#ifndef SCEGRAD_STATUS_H
#define SCEGRAD_STATUS_H

enum {
    SCEGRAD_OK = 0, /* no error */
    SCEGRAD_LENGTH_NEGATIVE = 16, /* length is negative */
    SCEGRAD_FORMAT_MISSING = 17, /* the platform's cores do not compute this format */
    /* core_mask is 0 or names a core that the platform lacks (shared jobs) */
    SCEGRAD_CORE_MASK_INVALID = 18,
    SCEGRAD_MISALIGNED = 19, /* an address is not a multiple of the element's size */
    /* an array lies outside every memory or runs past the end of its memory */
    SCEGRAD_OUTSIDE_MEMORY = 20,
    /* the arrays are not all in shared memory, or not all in the private memory of one core, as the
     * job's mode asks */
    SCEGRAD_MIXED_MEMORIES = 21,
    SCEGRAD_OVERLAP = 22, /* the output overlaps an input without being exactly that input */
    SCEGRAD_BUSY = 23, /* a unit that the job needs is still running a job */
    SCEGRAD_READ_SLVERR = 32, /* a read was answered SLVERR */
    SCEGRAD_READ_DECERR = 33, /* a read was answered DECERR */
    SCEGRAD_WRITE_SLVERR = 34, /* a write was answered SLVERR */
    SCEGRAD_WRITE_DECERR = 35, /* a write was answered DECERR */
    SCEGRAD_ABORTED = 48, /* the job was aborted */
    SCEGRAD_TIMEOUT = 64, /* the job did not end in time and was aborted */
    SCEGRAD_NOT_MAPPED = 65, /* an array lies in a memory window that could not be mapped */
    /* the hardware could not be opened: missing, of another platform, or a setting is wrong */
    SCEGRAD_SETUP = 66,
    SCEGRAD_HARDWARE = 67 /* the registers could not be accessed, or gave impossible values */
};

/* X(name, code, text) for each of them. */
#define SCEGRAD_EACH_STATUS(X) \
    X(OK, 0, "no error") \
    X(LENGTH_NEGATIVE, 16, "length is negative") \
    X(FORMAT_MISSING, 17, "the platform's cores do not compute this format") \
    X(CORE_MASK_INVALID, 18, \
      "core_mask is 0 or names a core that the platform lacks (shared jobs)") \
    X(MISALIGNED, 19, "an address is not a multiple of the element's size") \
    X(OUTSIDE_MEMORY, 20, "an array lies outside every memory or runs past the end of its memory") \
    X(MIXED_MEMORIES, 21, \
      "the arrays are not all in shared memory, or not all in the private memory of one core, as" \
      " the job's mode asks") \
    X(OVERLAP, 22, "the output overlaps an input without being exactly that input") \
    X(BUSY, 23, "a unit that the job needs is still running a job") \
    X(READ_SLVERR, 32, "a read was answered SLVERR") \
    X(READ_DECERR, 33, "a read was answered DECERR") \
    X(WRITE_SLVERR, 34, "a write was answered SLVERR") \
    X(WRITE_DECERR, 35, "a write was answered DECERR") \
    X(ABORTED, 48, "the job was aborted") \
    X(TIMEOUT, 64, "the job did not end in time and was aborted") \
    X(NOT_MAPPED, 65, "an array lies in a memory window that could not be mapped") \
    X(SETUP, 66, \
      "the hardware could not be opened: missing, of another platform, or a setting is wrong") \
    X(HARDWARE, 67, "the registers could not be accessed, or gave impossible values")

#endif
