/* SPDX-License-Identifier: Apache-2.0 */
/* The operator library's program for shared memory. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    float *logits = (float *)0xA0000000;   // in DDR
    float *labels = (float *)0xA0100000;
    float *output = (float *)0xC0000000;

    int length = 1024;
    int core_mask = 0xff;

    fp_sigmoidcrossentropywithlogitsgrad_s(logits, labels, output, length, core_mask);

    return 0;
}
