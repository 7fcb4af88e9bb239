/* A program whose heap reaches into DDR, and which loads the library after its start: it must not
 * be executed again. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count != 2 || sbrk(2048 * 1048576L) == (void *)-1)
        return 1;
    printf("start\n");
    fflush(stdout);
    return dlopen(words[1], RTLD_NOW) != NULL ? 0 : 2;
}
