/* SPDX-License-Identifier: Apache-2.0 */
/* The control registers, for C and C++. Made by `scegrad generate registers` from the register
 * table: do not edit. See docs/registers.md. */
#ifndef SCEGRAD_REGISTERS_H
#define SCEGRAD_REGISTERS_H

#include <stdint.h>

#define SCEGRAD_ID_VALUE 0x53434547u /* what ID reads */
#define SCEGRAD_VERSION_VALUE 0x100u /* what VERSION reads: 0.1.0 */

/* Offsets in bytes, and the fields of each register. */
#define SCEGRAD_ID_OFFSET 0x0u /* ro */
#define SCEGRAD_VERSION_OFFSET 0x4u /* ro */
#define SCEGRAD_VERSION_MAJOR_MASK 0xffff0000u
#define SCEGRAD_VERSION_MAJOR_SHIFT 16
#define SCEGRAD_VERSION_MINOR_MASK 0xff00u
#define SCEGRAD_VERSION_MINOR_SHIFT 8
#define SCEGRAD_VERSION_PATCH_MASK 0xffu
#define SCEGRAD_VERSION_PATCH_SHIFT 0
#define SCEGRAD_CAPABILITIES_OFFSET 0x8u /* ro */
#define SCEGRAD_CAPABILITIES_CORES_MASK 0xffu
#define SCEGRAD_CAPABILITIES_CORES_SHIFT 0
#define SCEGRAD_CAPABILITIES_FP32_MASK 0x100u
#define SCEGRAD_CAPABILITIES_FP32_SHIFT 8
#define SCEGRAD_CAPABILITIES_FP16_MASK 0x200u
#define SCEGRAD_CAPABILITIES_FP16_SHIFT 9
#define SCEGRAD_WIDTHS_OFFSET 0xcu /* ro */
#define SCEGRAD_WIDTHS_SHARED_MASK 0xffffu
#define SCEGRAD_WIDTHS_SHARED_SHIFT 0
#define SCEGRAD_WIDTHS_L2_MASK 0xffff0000u
#define SCEGRAD_WIDTHS_L2_SHIFT 16
#define SCEGRAD_LOGITS_OFFSET 0x10u /* rw */
#define SCEGRAD_LABELS_OFFSET 0x14u /* rw */
#define SCEGRAD_GRADIENT_OFFSET 0x18u /* rw */
#define SCEGRAD_LENGTH_OFFSET 0x1cu /* rw */
#define SCEGRAD_CORE_MASK_OFFSET 0x20u /* rw */
#define SCEGRAD_MODE_OFFSET 0x24u /* rw */
#define SCEGRAD_MODE_PRIVATE_MASK 0x1u
#define SCEGRAD_MODE_PRIVATE_SHIFT 0
#define SCEGRAD_MODE_FORMAT_MASK 0x2u
#define SCEGRAD_MODE_FORMAT_SHIFT 1
#define SCEGRAD_START_OFFSET 0x28u /* wo */
#define SCEGRAD_START_START_MASK 0x1u
#define SCEGRAD_START_START_SHIFT 0
#define SCEGRAD_REQUEST_OFFSET 0x2cu /* ro */
#define SCEGRAD_BUSY_OFFSET 0x30u /* ro */
#define SCEGRAD_BUSY_CORES_MASK 0xffffu
#define SCEGRAD_BUSY_CORES_SHIFT 0
#define SCEGRAD_BUSY_SHARED_MASK 0x10000u
#define SCEGRAD_BUSY_SHARED_SHIFT 16
#define SCEGRAD_IRQ_ENABLE_OFFSET 0x34u /* rw */
#define SCEGRAD_IRQ_ENABLE_CORES_MASK 0xffffu
#define SCEGRAD_IRQ_ENABLE_CORES_SHIFT 0
#define SCEGRAD_IRQ_ENABLE_SHARED_MASK 0x10000u
#define SCEGRAD_IRQ_ENABLE_SHARED_SHIFT 16
#define SCEGRAD_IRQ_PENDING_OFFSET 0x38u /* rw1c */
#define SCEGRAD_IRQ_PENDING_CORES_MASK 0xffffu
#define SCEGRAD_IRQ_PENDING_CORES_SHIFT 0
#define SCEGRAD_IRQ_PENDING_SHARED_MASK 0x10000u
#define SCEGRAD_IRQ_PENDING_SHARED_SHIFT 16
#define SCEGRAD_ABORT_OFFSET 0x3cu /* wo */
#define SCEGRAD_ABORT_CORES_MASK 0xffffu
#define SCEGRAD_ABORT_CORES_SHIFT 0
#define SCEGRAD_ABORT_SHARED_MASK 0x10000u
#define SCEGRAD_ABORT_SHARED_SHIFT 16

/* Units: core k is unit k, the shared job is unit 16; also their bits in BUSY, IRQ_ENABLE and
 * IRQ_PENDING. */
#define SCEGRAD_UNIT_SHARED 16
#define SCEGRAD_MAX_CORES 16
#define SCEGRAD_UNIT_BIT(unit) (UINT32_C(1) << (unit))
#define SCEGRAD_CORE_BLOCK(k) (0x200u + 0x40u * (uint32_t)(k))
#define SCEGRAD_UNIT_BLOCK(unit) \
    ((unit) == SCEGRAD_UNIT_SHARED ? 0x100u : SCEGRAD_CORE_BLOCK(unit))

/* Offsets from a unit's block. */
#define SCEGRAD_UNIT_STATUS_OFFSET 0x0u /* ro */
#define SCEGRAD_UNIT_FAULT_ADDRESS_OFFSET 0x4u /* ro */
#define SCEGRAD_UNIT_CYCLES_OFFSET 0x8u /* ro */
#define SCEGRAD_UNIT_ELEMENTS_OFFSET 0xcu /* ro */
#define SCEGRAD_UNIT_READ_BEATS_OFFSET 0x10u /* ro */
#define SCEGRAD_UNIT_WRITE_BEATS_OFFSET 0x14u /* ro */
#define SCEGRAD_UNIT_STALL_READ_DATA_OFFSET 0x18u /* ro */
#define SCEGRAD_UNIT_STALL_WRITE_OFFSET 0x1cu /* ro */
#define SCEGRAD_UNIT_STALL_DATAPATH_OFFSET 0x20u /* ro */
#define SCEGRAD_UNIT_STALL_PORT_OFFSET 0x24u /* ro */
#define SCEGRAD_UNIT_REGISTERS 10 /* the number of consecutive registers */

/* Values of MODE.FORMAT. */
#define SCEGRAD_FORMAT_FP32 0
#define SCEGRAD_FORMAT_FP16 1

/* The first and the last code of a refusal and of a bus error. */
#define SCEGRAD_FIRST_REFUSAL 16 /* LENGTH_NEGATIVE */
#define SCEGRAD_LAST_REFUSAL 23 /* BUSY */
#define SCEGRAD_FIRST_BUS_ERROR 32 /* READ_SLVERR */
#define SCEGRAD_LAST_BUS_ERROR 35 /* WRITE_DECERR */

/* Values of REQUEST and of a unit's STATUS. */
enum scegrad_status {
    SCEGRAD_STATUS_IDLE = 0, /* nothing was started since reset */
    SCEGRAD_STATUS_ACCEPTED = 1, /* the job was accepted and started */
    SCEGRAD_STATUS_RUNNING = 2, /* the job is running */
    SCEGRAD_STATUS_DONE = 3, /* the job ended and every element was written */
    SCEGRAD_STATUS_LENGTH_NEGATIVE = 16, /* length is negative */
    SCEGRAD_STATUS_FORMAT_MISSING = 17, /* the platform's cores do not compute this format */
    /* core_mask is 0 or names a core that the platform lacks (shared jobs) */
    SCEGRAD_STATUS_CORE_MASK_INVALID = 18,
    SCEGRAD_STATUS_MISALIGNED = 19, /* an address is not a multiple of the element's size */
    /* an array lies outside every memory or runs past the end of its memory */
    SCEGRAD_STATUS_OUTSIDE_MEMORY = 20,
    /* the arrays are not all in shared memory, or not all in the private memory of one core, as the
     * job's mode asks */
    SCEGRAD_STATUS_MIXED_MEMORIES = 21,
    SCEGRAD_STATUS_OVERLAP = 22, /* the output overlaps an input without being exactly that input */
    SCEGRAD_STATUS_BUSY = 23, /* a unit that the job needs is still running a job */
    SCEGRAD_STATUS_READ_SLVERR = 32, /* a read was answered SLVERR */
    SCEGRAD_STATUS_READ_DECERR = 33, /* a read was answered DECERR */
    SCEGRAD_STATUS_WRITE_SLVERR = 34, /* a write was answered SLVERR */
    SCEGRAD_STATUS_WRITE_DECERR = 35, /* a write was answered DECERR */
    SCEGRAD_STATUS_ABORTED = 48, /* the job was aborted */
};

#endif
