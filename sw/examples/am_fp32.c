/* SPDX-License-Identifier: Apache-2.0 */
/* The program for private memory, with its arrays in the AM of core 0, as in the operator library's
 * program for the mt7004. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    float *logits = (float *)0x10000000;   // in the AM of core 0
    float *labels = (float *)0x10001000;
    float *output = (float *)0x10002000;

    int length = 1024;

    fp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, output, length);

    return 0;
}
