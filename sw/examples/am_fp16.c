/* SPDX-License-Identifier: Apache-2.0 */
/* The same in fp16. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    half *logits = (half *)0x10000000;   // in the AM of core 0
    half *labels = (half *)0x10010000;
    half *output = (half *)0x10020000;

    int length = 1024;

    hp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, output, length);

    return 0;
}
