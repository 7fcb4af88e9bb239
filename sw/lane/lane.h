/* The Verilated lane of a datapath: takes pairs of encodings and returns results, one per cycle.
 *
 * Elements are uint16_t or uint32_t, as sce_lane_bits() says. A handle belongs to one thread at a
 * time.
 */
#ifndef SCE_LANE_H
#define SCE_LANE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct sce_lane sce_lane;

/* Hash of the Verilog that the model was made from, and the width of an element. */
const char* sce_lane_rtl(void);
int sce_lane_bits(void);

/* A lane after reset; NULL if memory ran out. */
sce_lane* sce_lane_create(void);
void sce_lane_free(sce_lane* lane);

/* Feeds `count` pairs in consecutive cycles and clocks on until all results are there. Returns the
 * latency in cycles, or 0 if results are missing, too many, or come with gaps between them. */
uint64_t sce_lane_run(sce_lane* lane, const void* logits, const void* labels, void* results,
                      uint64_t count);

/* fp32: the sigmoid's outputs to the subtraction for `count` logits, s | sticky << 47 | k << 48; k
 * comes `k_ahead` cycles (at most 15) before its s. Returns the latency of s in cycles, or 0 as
 * sce_lane_run does; always 0 for a lane of fp16. */
uint64_t sce_lane_stage(sce_lane* lane, const void* logits, uint64_t* results, uint64_t count,
                        int k_ahead);

/* Clocks `cycles` cycles with operands from a shift register, and only adds up the results: the
 * speed of a sweep is compared with this. */
uint64_t sce_lane_bare(sce_lane* lane, uint64_t cycles);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
