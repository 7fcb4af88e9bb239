/* Calls the operator, one call for each argument, and prints the outcome:
 *
 *     call fs:0xA0000000:0xA0100000:0xC0000000:1024:0x3 fp:0x10810000:0x10820000:0x10830000:1024
 *
 * A word begins with fs, fp, hs or hp; "m" in place of an address is memory from malloc.
 * Programs of the tests link it with exchange.c. */
#include <inttypes.h>
#include <scegrad.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *array(char **rest) {
    const char *word = strtok_r(NULL, ":", rest);
    static float heap[4096];
    return word[0] == 'm' ? (void *)heap : (void *)(uintptr_t)strtoull(word, NULL, 0);
}

static void call(char *words) {
    char *rest;
    const char *kind = strtok_r(words, ":", &rest);
    void *logits = array(&rest), *labels = array(&rest), *gradient = array(&rest);
    const int length = (int)strtol(strtok_r(NULL, ":", &rest), NULL, 0);
    const char *mask_word = strtok_r(NULL, ":", &rest);
    const int mask = mask_word != NULL ? (int)strtoul(mask_word, NULL, 0) : 0;
    if (strcmp(kind, "fs") == 0)
        fp_sigmoidcrossentropywithlogitsgrad_s((float *)logits, (float *)labels, (float *)gradient,
                                               length, mask);
    else if (strcmp(kind, "fp") == 0)
        fp_sigmoidcrossentropywithlogitsgrad_p((float *)logits, (float *)labels, (float *)gradient,
                                               length);
#ifdef FP16
    else if (strcmp(kind, "hs") == 0)
        hp_sigmoidcrossentropywithlogitsgrad_s((half *)logits, (half *)labels, (half *)gradient,
                                               length, mask);
    else
        hp_sigmoidcrossentropywithlogitsgrad_p((half *)logits, (half *)labels, (half *)gradient,
                                               length);
#endif
}

int main(int count, char **words) {
    for (int k = 1; k < count; ++k) {
        struct scegrad_counters counters;
        call(words[k]);
        scegrad_get_counters(&counters);
        printf("%d %" PRIu64 " %" PRIu32 " %" PRIu32 "\n", scegrad_status(), scegrad_cycles(),
               counters.elements, scegrad_fault_address());
    }
    return 0;
}
