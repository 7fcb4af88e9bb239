/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdarg.h>

enum { MOST_DIGITS = 20, ADDRESS_DIGITS = 8 };

struct line {
    char *text;
    unsigned size, used;
};

static void put(struct line *line, char sign) {
    if (line->used + 1 < line->size)
        line->text[line->used++] = sign;
}

static void put_string(struct line *line, const char *text) {
    while (*text != '\0')
        put(line, *text++);
}

static void put_number(struct line *line, uint64_t value, unsigned base, unsigned least) {
    char digits[MOST_DIGITS];
    unsigned count = 0;
    for (; value != 0 || count < least; value /= base)
        digits[count++] = "0123456789abcdef"[value % base];
    while (count > 0)
        put(line, digits[--count]);
}

static void put_signed(struct line *line, int value) {
    if (value < 0)
        put(line, '-');
    put_number(line, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 1);
}

void sce_format(char *text, unsigned size, const char *format, ...) {
    struct line line = {text, size, 0};
    va_list values;
    va_start(values, format);
    for (; *format != '\0'; ++format) {
        if (*format != '%') {
            put(&line, *format);
            continue;
        }
        switch (*++format) {
        case 's':
            put_string(&line, va_arg(values, const char *));
            break;
        case 'd':
            put_signed(&line, va_arg(values, int));
            break;
        case 'u':
            put_number(&line, va_arg(values, uint64_t), 10, 1);
            break;
        case 'x':
            put_number(&line, va_arg(values, uint64_t), 16, 1);
            break;
        default: /* 'a' */
            put_string(&line, "0x");
            put_number(&line, va_arg(values, uint64_t), 16, ADDRESS_DIGITS);
        }
    }
    va_end(values);
    if (size > 0)
        text[line.used] = '\0';
}

static unsigned digit_of(char sign) {
    if (sign >= '0' && sign <= '9')
        return (unsigned)(sign - '0');
    sign |= 'a' - 'A';
    return sign >= 'a' && sign <= 'f' ? (unsigned)(sign - 'a') + 10 : UINT32_MAX;
}

int sce_number(const char *text, uint64_t *number) {
    const unsigned base = text[0] == '0' && (text[1] | ('a' - 'A')) == 'x' ? 16 : 10;
    uint64_t value = 0;
    if (base == 16)
        text += 2;
    if (*text == '\0')
        return -1;
    for (; *text != '\0'; ++text) {
        const unsigned digit = digit_of(*text);
        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return -1;
        value = value * base + digit;
    }
    *number = value;
    return 0;
}
