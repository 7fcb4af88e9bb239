/* C11 and C++17: all four functions, both conversions over every half, and pointers that need no
 * cast back. */
#include <scegrad.h>
#include <stdio.h>
#include <string.h>

static int conversions(void) {
    for (unsigned k = 0; k < 0x10000; ++k) {
        const uint16_t bits = (uint16_t)k;
        half value, back;
        float wide, nudged;
        memcpy(&value, &bits, sizeof value);
        wide = scegrad_half_to_float(value);
        back = scegrad_half_from_float(wide);
        if ((k & 0x7FFF) > 0x7C00)
            continue;
        if (memcmp(&back, &value, sizeof back) != 0)
            return 1;
        nudged = wide * 1.0001f; /* an eighth of a unit at most, where the half is normal */
        back = scegrad_half_from_float(nudged);
        if ((k & 0x7C00) != 0 && memcmp(&back, &value, sizeof back) != 0)
            return 1;
    }
    return 0;
}

int main(void) {
    float *x = (float *)0xA0000000, *y = (float *)0xA0100000, *z = (float *)0xC0000000,
          *p = (float *)0x10810000;
    half *h = (half *)0xA0200000, *i = (half *)0xC0010000, *q = (half *)0x10820000;
    if (conversions() || sizeof(half) != 2)
        return 1;
    for (int k = 0; k < 40; ++k) {
        x[k] = (float)k;
        y[k] = 1.0f;
        h[k] = scegrad_half_from_float(1.0f);
    }
    fp_sigmoidcrossentropywithlogitsgrad_s(x, y, z, 40, 3);
    if (z[0] != -0.5f || !(z[39] < 0.0f) || z[39] < -1e-16f)
        return 2;
    fp_sigmoidcrossentropywithlogitsgrad_p(p, p, p, 40);
    if (p[39] != 0.5f || p[40] != 0.0f || scegrad_cycles() == 0)
        return 3;
    hp_sigmoidcrossentropywithlogitsgrad_s(i, h, i, 40, 1);
    if (scegrad_half_to_float(i[39]) != -0.5f)
        return 4;
    hp_sigmoidcrossentropywithlogitsgrad_p(q, q, q, 40);
    if (scegrad_half_to_float(q[0]) != 0.5f || scegrad_status() != SCEGRAD_OK ||
        *scegrad_message() != '\0')
        return 5;
    return strcmp(scegrad_strerror(SCEGRAD_OK), "no error") != 0;
}
