/* SPDX-License-Identifier: Apache-2.0 */
/* The program for shared memory in fp16, on the four cores of an mt7004. */
#include <stdio.h>
#include <sigmoid_cross_entropy.h>

int main(int argc, char* argv[]) {
    half *logits = (half *)0xA0000000;   // in DDR
    half *labels = (half *)0xA0100000;
    half *output = (half *)0xC0000000;

    int length = 1024;
    int core_mask = 0xff;

    hp_sigmoidcrossentropywithlogitsgrad_s(logits, labels, output, length, core_mask);

    return 0;
}
