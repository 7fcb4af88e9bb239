/* One scenario on the fake access layer, named by the first word; prints the status of each call
 * and the last line.
 *
 *     request CODE | ended CODE | never | deaf | deaf-still | stale | late | stuck | stopped
 *     forever | lost | wait | read OFFSET | write OFFSET | identity */
#include <fake.h>
#include <scegrad.h>
#include <scegrad_registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void call(void) {
    float *any = (float *)0xA0000000;
    fp_sigmoidcrossentropywithlogitsgrad_s(any, any, any, 8, 1);
    printf("%d ", scegrad_status());
}

int main(int count, char **words) {
    const char *scenario = words[1];
    const int number = count > 2 ? (int)strtol(words[2], NULL, 0) : 0;
    if (strcmp(scenario, "request") == 0)
        sce_fake.request = (uint32_t)number;
    else if (strcmp(scenario, "ended") == 0)
        sce_fake.status = (uint32_t)number, sce_fake.fault_address = 0xA0000010;
    else if (strcmp(scenario, "never") == 0)
        sce_fake.cycles = UINT32_MAX, scegrad_set_timeout(5000);
    else if (strncmp(scenario, "deaf", 4) == 0)
        sce_fake.cycles = UINT32_MAX, sce_fake.deaf = 1, scegrad_set_timeout(5000);
    else if (strcmp(scenario, "stale") == 0)
        sce_fake.stale = 1;
    else if (strcmp(scenario, "late") == 0)
        sce_fake.cycles = 1000, scegrad_set_timeout(500);
    else if (strcmp(scenario, "stuck") == 0)
        sce_fake.stuck_irq = 1, sce_fake.cycles = UINT32_MAX;
    else if (strcmp(scenario, "stopped") == 0)
        sce_fake.stopped = 1;
    else if (strcmp(scenario, "forever") == 0)
        scegrad_set_timeout(UINT64_MAX);
    else if (strcmp(scenario, "wait") == 0)
        sce_fake.failing_wait = 1;
    else if (strcmp(scenario, "lost") == 0)
        sce_fake.cycles = 0, sce_fake.failing_read = SCEGRAD_REQUEST_OFFSET;
    else if (strcmp(scenario, "read") == 0)
        sce_fake.failing_read = number;
    else if (strcmp(scenario, "write") == 0)
        sce_fake.failing_write = number;
    else if (strcmp(scenario, "identity") == 0)
        sce_fake.id = 0x12345678;
    call();
    printf("%x %s\n", (unsigned)scegrad_fault_address(), scegrad_message());
    sce_fake = (struct sce_fake){.cycles = 100, .failing_read = -1, .failing_write = -1};
    sce_fake.deaf = strcmp(scenario, "deaf-still") == 0;
    if (strcmp(scenario, "late") == 0) { /* time passes in the wait for another unit's job */
        float *own = (float *)0x10800000;
        sce_fake.cycles = 2000;
        scegrad_set_timeout(0);
        fp_sigmoidcrossentropywithlogitsgrad_p(own, own, own, 8);
        printf("%d ", scegrad_status());
    }
    call();
    printf("%u %u\n", sce_fake_starts, sce_fake_aborts);
    return 0;
}
