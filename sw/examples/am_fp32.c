/* SPDX-License-Identifier: Apache-2.0 */
/* A job in private memory, with its arrays where the operator library has those for the mt7004: in
 * the AM of core 0, an array after the other. */
#include <sigmoid_cross_entropy.h>

int main(void) {
    fp_sigmoidcrossentropywithlogitsgrad_p((float *)0x10000000, (float *)0x10001000,
                                           (float *)0x10002000, 1024);
    return 0;
}
