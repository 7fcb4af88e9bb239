// The clock, the registers and the host around the unit behind LiteDRAM, and their C interface.
#include <memory>
#include <new>

#include "host_manager.h"
#include "port.h"
#include "sce_litedram.h"
#include "simulation.h"

struct sce_litedram {
    VerilatedContext context;
    std::unique_ptr<Vtop> top{new Vtop(&context)};
    sce::LiteManager registers{*top};
    sce::HostManager host{*top, SCE_LITEDRAM_PORT_BYTES};
};

namespace {

constexpr uint64_t kAnswerCycles = 100000; // of one access to a register
constexpr uint64_t kBytesPerCycle = 16;    // the slowest that a host may wait for: this many cycles
                                           // per byte

void clock(sce_litedram &bench) {
    if (bench.registers.busy())
        bench.registers.sample();
    if (bench.host.busy())
        bench.host.sample();
    bench.top->clk = 1;
    bench.top->eval();
    if (bench.registers.driving())
        bench.registers.drive();
    if (bench.host.busy())
        bench.host.drive();
    bench.top->clk = 0;
    bench.top->eval();
}

int transact(sce_litedram &bench) {
    bench.top->eval();
    for (uint64_t k = 0; k < kAnswerCycles && bench.registers.busy(); ++k)
        clock(bench);
    return bench.registers.busy() || bench.registers.response() != sce::kOkay ? -1 : 0;
}

// Runs a plan to its end; returns its cycles, or 0 if it took more than `limit` cycles.
uint64_t carry_out(sce_litedram &bench, const sce::HostPlan &plan, uint64_t limit) {
    bench.host.start(plan);
    bench.top->eval();
    uint64_t cycles = 0;
    for (; bench.host.busy() && cycles < limit; ++cycles)
        clock(bench);
    return bench.host.busy() ? 0 : cycles;
}

int move(sce_litedram &bench, const sce::HostPlan &plan, uint32_t size) {
    if (size == 0)
        return 0;
    return carry_out(bench, plan, kAnswerCycles + kBytesPerCycle * size) == 0 ? -1 : 0;
}

sce::HostPlan simple_plan() {
    sce::HostPlan plan;
    plan.burst_beats = std::min(256, 4096 / SCE_LITEDRAM_PORT_BYTES);
    plan.outstanding = 4;
    return plan;
}

} // namespace

sce_litedram *sce_litedram_create() {
    try {
        auto bench = std::make_unique<sce_litedram>();
        bench->top->clk = 0;
        bench->top->rst = 1;
        bench->registers.clear();
        bench->top->eval();
        for (int k = 0; k < 8; ++k)
            clock(*bench);
        bench->top->rst = 0;
        bench->top->eval();
        return bench.release();
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void sce_litedram_free(sce_litedram *bench) {
    bench->top->final();
    delete bench;
}

int sce_litedram_write32(sce_litedram *bench, uint32_t offset, uint32_t value) {
    bench->registers.start_write(offset, value);
    return transact(*bench);
}

int sce_litedram_read32(sce_litedram *bench, uint32_t offset, uint32_t *value) {
    bench->registers.start_read(offset);
    const int refused = transact(*bench);
    *value = bench->registers.value();
    return refused;
}

uint64_t sce_litedram_run(sce_litedram *bench, uint64_t cycles) {
    uint64_t done = 0;
    for (; done < cycles && !bench->top->irq; ++done)
        clock(*bench);
    return done;
}

int sce_litedram_irq(const sce_litedram *bench) {
    return bench->top->irq;
}

int sce_litedram_write(sce_litedram *bench, uint32_t address, const void *data, uint32_t size) {
    sce::HostPlan plan = simple_plan();
    plan.write = {address, size, nullptr, static_cast<const uint8_t *>(data)};
    return move(*bench, plan, size);
}

int sce_litedram_read(sce_litedram *bench, uint32_t address, void *data, uint32_t size) {
    sce::HostPlan plan = simple_plan();
    plan.reads[0] = {address, size, static_cast<uint8_t *>(data)};
    return move(*bench, plan, size);
}

uint64_t sce_litedram_ideal(sce_litedram *bench, const sce_litedram_plan *plan) {
    sce::HostPlan own;
    for (uint32_t k = 0; k < 2; ++k)
        own.reads[k] = {plan->addresses[k], plan->size, nullptr};
    own.write = {plan->addresses[2], plan->size, nullptr};
    own.burst_beats = plan->burst_beats;
    own.turn_bytes = plan->turn_bytes;
    own.lag_bytes = plan->lag_bytes;
    own.outstanding = plan->outstanding;
    return carry_out(*bench, own, kAnswerCycles + kBytesPerCycle * plan->size);
}
