/* The exact side of a sweep: how far results lie from sigmoid(x) - y, decided by float64 with error
 * bounds (fp32) or by integers (fp16).
 *
 * Nothing here is shared with the design or its golden model. docs/accuracy.md says why the
 * decisions are rigorous; what float64 cannot decide is handed back by index, for MPFR.
 */
#ifndef SCE_EXACT_H
#define SCE_EXACT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Bins of a histogram of errors: SCE_EXACT_BINS_PER_ULP per ulp. Bin k holds the errors above k and
 * up to k + 1 of these units; bin 0 also holds 0, and the last bin all larger errors. */
enum { SCE_EXACT_BINS_PER_ULP = 50, SCE_EXACT_BINS = 27, SCE_EXACT_BINADES = 512 };

/* The judgement on one result, from least to most doubtful. */
enum {
  SCE_EXACT_NEAREST =
      0, /* the nearest number, or (labels other than 0, 1, 1/2) within the bound and
           perhaps not the nearest */
  SCE_EXACT_FARTHER =
      1, /* within the bound, but certainly not the nearest number; never with the labels 0 and 1 */
  SCE_EXACT_OPEN_HALF = 2, /* within the bound; nearest or not, float64 cannot tell */
  SCE_EXACT_OPEN_BOUND =
      3,               /* so near to the bound that float64 cannot tell, or the logit is infinite */
  SCE_EXACT_WRONG = 4, /* outside the bound; or not the bits demanded: a special value, a zero's
                         sign, any fp16 result but the nearest */
};

/* Sums over results, by binade of the logit: the top bits of its encoding, sign and exponent.
 * `error` is the worst in ulp of the exact value's binade, and `histogram` counts such errors: of
 * fp16 results, and of fp32 results with the labels 0, 1, 1/2. `used`: the most that another label
 * uses of the allowance 2^-40 sigmoid(-|x|) beyond half an ulp of the result. `error_at` and
 * `used_at`: index of the first element with the worst value. The caller sets `error` to -1 and all
 * else to 0 at first. */
typedef struct {
  uint64_t count[SCE_EXACT_BINADES];
  double error[SCE_EXACT_BINADES];
  uint64_t error_at[SCE_EXACT_BINADES];
  double used[SCE_EXACT_BINADES];
  uint64_t used_at[SCE_EXACT_BINADES];
  uint64_t histogram[SCE_EXACT_BINADES][SCE_EXACT_BINS];
  uint64_t kinds[5];
} sce_exact_tally;

int sce_exact_tally_bytes(void);

/* Adds `count` results to a tally and writes what is known of each to `kinds`.
 * `exps`: the float64 nearest to exp(-i / 128) for i = 0 .. 25600. */
void sce_exact_fp32(const uint32_t* results, const uint32_t* logits, const uint32_t* labels,
                    uint64_t count, const double* exps, sce_exact_tally* tally, uint8_t* kinds);

/* `places`, `smalls`, by the encoding of |x| up to infinity: the place of sigmoid(-|x|) among the
 * multiples of 2^-25, in units of 2^-26 (even on a multiple, odd between two), and the float64
 * nearest to it. */
void sce_exact_fp16(const uint16_t* results, const uint16_t* logits, const uint16_t* labels,
                    uint64_t count, const int32_t* places, const double* smalls,
                    sce_exact_tally* tally, uint8_t* kinds);

/* sigmoid(x) to 2^-50 of itself for x <= 0, and 1 - sigmoid(-x) rounded for x > 0; the same bits on
 * every machine. */
void sce_exact_sigmoid(const uint32_t* logits, uint64_t count, const double* exps,
                       double* sigmoids);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
