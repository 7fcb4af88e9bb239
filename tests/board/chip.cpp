// The model of the SDRAM chip alone, one command per edge, for tests/board/test_sdram_chip.py.
#include "sdram_chip.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void *chip_create(double mhz) {
    return new sce::SdramChip(mhz);
}
EXPORT void chip_free(void *chip) {
    delete static_cast<sce::SdramChip *>(chip);
}

// An edge with the levels of RAS, CAS and WE at the pins (7: no command); returns the word that the
// chip drives afterwards, or -1.
EXPORT int chip_clock(void *handle, int code, int bank, int address, int dq, int dm) {
    auto &chip = *static_cast<sce::SdramChip *>(handle);
    chip.clock({true, false, (code & 4) != 0, (code & 2) != 0, (code & 1) != 0,
                static_cast<uint8_t>(bank), static_cast<uint8_t>(dm),
                static_cast<uint16_t>(address), static_cast<uint16_t>(dq)});
    return chip.driving ? chip.dq : -1;
}

EXPORT const char *chip_fault(const void *handle) {
    return static_cast<const sce::SdramChip *>(handle)->fault.c_str();
}
