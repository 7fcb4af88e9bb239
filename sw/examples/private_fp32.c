/* SPDX-License-Identifier: Apache-2.0 */
/* The operator library's program for private memory. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    float *logits = (float *)0x10810000;   // in the L2 of core 0
    float *labels = (float *)0x10820000;
    float *output = (float *)0x10830000;

    int length = 1024;

    fp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, output, length);

    return 0;
}
