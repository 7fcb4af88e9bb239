// One job after another on the simulated hardware, for a profile:
// profile ADDRESSES... LENGTH CORE_MASK MODE SECONDS.
// Prints the cycles and the processor time in microseconds.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "scegrad_registers.h"
#include "sce_sim.h"

namespace {

constexpr uint64_t kLimit = 100000000; // time limit of a job in cycles
constexpr sce_sim_memory kMemory = {0, 64, 0, 1};

// Random operands: in either format, with the exponents of ordinary logits and labels.
std::vector<uint32_t> operands(uint32_t words, uint64_t state) {
    std::vector<uint32_t> values(words);
    for (uint32_t &value : values) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        value = (static_cast<uint32_t>(state) & 0x83FF83FF) | 0x40004000;
    }
    return values;
}

} // namespace

int main(int, char **argv) {
    const auto word = [argv](int index) {
        return static_cast<uint32_t>(std::strtoul(argv[index], nullptr, 0));
    };
    const uint32_t length = word(4);
    sce_sim *sim = sce_sim_create();
    if (sim == nullptr || sce_sim_set_memory(sim, -1, &kMemory) != 0)
        return 1;
    for (int k = 1; k <= 2; ++k) {
        const std::vector<uint32_t> values = operands(length, 88172645463325252u + k);
        sce_sim_write(sim, word(k), values.data(), uint64_t{length} * 4);
    }
    sce_sim_write32(sim, SCEGRAD_IRQ_ENABLE_OFFSET,
                    SCEGRAD_IRQ_ENABLE_SHARED_MASK | SCEGRAD_IRQ_ENABLE_CORES_MASK);
    const uint32_t settings[][2] = {
        {SCEGRAD_LOGITS_OFFSET, word(1)},    {SCEGRAD_LABELS_OFFSET, word(2)},
        {SCEGRAD_GRADIENT_OFFSET, word(3)},  {SCEGRAD_LENGTH_OFFSET, length},
        {SCEGRAD_CORE_MASK_OFFSET, word(5)}, {SCEGRAD_MODE_OFFSET, word(6)}};
    for (const auto &setting : settings)
        if (sce_sim_write32(sim, setting[0], setting[1]) != 0)
            return 1;
    const std::clock_t start = std::clock();
    const uint64_t first = sce_sim_cycle(sim);
    while (std::clock() - start < static_cast<std::clock_t>(word(7)) * CLOCKS_PER_SEC) {
        if (sce_sim_write32(sim, SCEGRAD_START_OFFSET, 1) != 0 ||
            sce_sim_run(sim, kLimit, 1) == kLimit)
            return 1;
        sce_sim_write32(sim, SCEGRAD_IRQ_PENDING_OFFSET, 0xFFFFFFFF);
    }
    std::printf(
        "%llu %llu\n", static_cast<unsigned long long>(sce_sim_cycle(sim) - first),
        static_cast<unsigned long long>((std::clock() - start) / (CLOCKS_PER_SEC / 1000000)));
    sce_sim_free(sim);
    return 0;
}
