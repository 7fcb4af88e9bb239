/* The Verilated lane of a datapath: pairs of encodings in, results out, one a clock cycle.
 *
 * Elements are uint16_t or uint32_t, as scelane_bits() says. A handle belongs to one thread at a
 * time.
 */
#ifndef SCELANE_H
#define SCELANE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct scelane scelane;

/* Hash of the Verilog that the model was made from, and the width of an element. */
const char* scelane_rtl(void);
int scelane_bits(void);

/* A lane after reset; NULL where there is no memory for it. */
scelane* scelane_create(void);
void scelane_free(scelane* lane);

/* Feeds `count` pairs in consecutive cycles and clocks on until all results are there. Returns the
 * latency in cycles, or 0 where results are missing, too many, or come with gaps between them. */
uint64_t scelane_run(scelane* lane, const void* logits, const void* labels, void* results,
                     uint64_t count);

/* fp32: what the sigmoid gives to the subtraction for `count` logits, s | sticky << 47 | k << 48; k
 * comes `k_ahead` cycles (at most 15) before its s. Returns the latency of s in cycles, or 0 as
 * scelane_run does; always 0 for a lane of fp16. */
uint64_t scelane_stage(scelane* lane, const void* logits, uint64_t* results, uint64_t count,
                       int k_ahead);

/* Clocks `cycles` cycles with operands from a shift register and looks at no result but to add it
 * up: what a sweep is measured against. */
uint64_t scelane_bare(scelane* lane, uint64_t cycles);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
