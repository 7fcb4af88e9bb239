/* SPDX-License-Identifier: Apache-2.0 */
/* Linked to a program, this file loads the program's arrays before main() and saves its results
 * after it. So programs that neither read nor print can be checked as they are.
 *
 *     EXCHANGE_LOAD="0xA0000000=logits.bin 0xA0100000=labels.bin"    file to address
 *     EXCHANGE_SAVE="0xC0000000:4096=gradient.bin"                   bytes from address to file
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_file(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        perror(path);
        _Exit(1);
    }
    return file;
}

static void load(uintptr_t address, size_t bytes, const char *path) {
    unsigned char *target = (unsigned char *)address;
    size_t read;
    FILE *file = open_file(path, "rb");
    (void)bytes;
    while ((read = fread(target, 1, 4096, file)) != 0)
        target += read;
    fclose(file);
}

static void save(uintptr_t address, size_t bytes, const char *path) {
    FILE *file = open_file(path, "wb");
    if (fwrite((const void *)address, 1, bytes, file) != bytes)
        _Exit(1);
    fclose(file);
}

/* Does `action` for every ADDRESS[:BYTES]=PATH in an environment variable. */
static void each(const char *variable, void (*action)(uintptr_t, size_t, const char *)) {
    char *text = getenv(variable), *words = text != NULL ? strdup(text) : NULL, *rest = words;
    for (char *word; words != NULL && (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *end, *path = strchr(word, '=');
        const uintptr_t address = (uintptr_t)strtoull(word, &end, 0);
        const size_t bytes = *end == ':' ? (size_t)strtoull(end + 1, NULL, 0) : 0;
        if (path != NULL)
            action(address, bytes, path + 1);
    }
    free(words);
}

__attribute__((constructor)) static void before_main(void) {
    each("EXCHANGE_LOAD", load);
}

__attribute__((destructor)) static void after_main(void) {
    each("EXCHANGE_SAVE", save);
}
