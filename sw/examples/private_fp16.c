/* SPDX-License-Identifier: Apache-2.0 */
/* The program for private memory in fp16, on core 0 of an mt7004. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    half *logits = (half *)0x10810000;   // in the L2 of core 0
    half *labels = (half *)0x10820000;
    half *output = (half *)0x10830000;

    int length = 1024;

    hp_sigmoidcrossentropywithlogitsgrad_p(logits, labels, output, length);

    return 0;
}
