/* SPDX-License-Identifier: Apache-2.0 */
/* The same in fp16. */
#include <sigmoid_cross_entropy.h>

int main(void) {
    hp_sigmoidcrossentropywithlogitsgrad_p((half *)0x10000000, (half *)0x10010000,
                                           (half *)0x10020000, 1024);
    return 0;
}
