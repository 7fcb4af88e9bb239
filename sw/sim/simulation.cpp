#include "simulation.h"

#include "ports.h"

namespace sce {

namespace {

constexpr uint64_t kAnswerEdges =
    100000;  // an AXI4-Lite transaction without an answer by then has failed
constexpr uint64_t kHalfPeriod = 5;  // time units of the waves per half period

#define SCE_SIM_BYTES(pin) reinterpret_cast<uint8_t*>(&top.pin)
#define SCE_SIM_PINS(port)                                                              \
  AxiPins {                                                                             \
    &top.port##_awvalid, &top.port##_awlen, &top.port##_awsize, &top.port##_awburst,    \
        &top.port##_awid, &top.port##_awaddr, &top.port##_awready, &top.port##_wvalid,  \
        &top.port##_wlast, SCE_SIM_BYTES(port##_wdata), SCE_SIM_BYTES(port##_wstrb),    \
        &top.port##_wready, &top.port##_bvalid, &top.port##_bid, &top.port##_bresp,     \
        &top.port##_bready, &top.port##_arvalid, &top.port##_arlen, &top.port##_arsize, \
        &top.port##_arburst, &top.port##_arid, &top.port##_araddr, &top.port##_arready, \
        &top.port##_rvalid, &top.port##_rid, &top.port##_rresp, &top.port##_rlast,      \
        SCE_SIM_BYTES(port##_rdata), &top.port##_rready                                 \
  }

AxiPins pins_of(Vtop& top, uint32_t port) {
  switch (port) {
#define SCE_SIM_CASE(index, name, bytes) \
  case index:                            \
    return SCE_SIM_PINS(name);
    SCE_SIM_EACH_PORT(SCE_SIM_CASE)
#undef SCE_SIM_CASE
  }
  return {};
}

std::vector<Range> regions_of(uint32_t port) {
  std::vector<Range> regions;
#define SCE_SIM_REGION(index, base, end) \
  if (port == index) regions.push_back({base, end});
  SCE_SIM_EACH_REGION(SCE_SIM_REGION)
#undef SCE_SIM_REGION
  return regions;
}

}  // namespace

Simulation::Simulation() : top_(new Vtop(&context_)), lite_(*top_) {
#ifdef SCE_SIM_WAVES
  context_.traceEverOn(true);
#endif
  for (uint32_t k = 0; k < SCE_SIM_PORTS; ++k)
    ports_.push_back(
        std::make_unique<AxiPort>(k, pins_of(*top_, k), kPortBytes[k], regions_of(k), fabric_));
  top_->clk = 0;
  reset(4);
}

Simulation::~Simulation() {
  waves_.close();
  top_->final();
}

void Simulation::reset(uint32_t cycles) {
  top_->rst = 1;
  lite_.clear();
  for (auto& port : ports_) port->clear();
  top_->eval();
  clock_bare(cycles);
  top_->rst = 0;
  for (auto& port : ports_) port->drive(cycle_);
  top_->eval();
}

void Simulation::clock() {
  for (auto& port : ports_) port->sample(cycle_);
  if (lite_.busy()) lite_.sample();
  top_->clk = 1;
  top_->eval();
  for (auto& port : ports_) port->drive(cycle_);
  if (lite_.driving()) lite_.drive();
  dump_high();
  top_->clk = 0;
  top_->eval();
  dump_low();
  ++cycle_;
}

void Simulation::clock_bare(uint64_t cycles) {
  for (uint64_t k = 0; k < cycles; ++k) {
    top_->clk = 1;
    top_->eval();
    dump_high();
    top_->clk = 0;
    top_->eval();
    dump_low();
    ++cycle_;
  }
}

uint64_t Simulation::run(uint64_t cycles, bool until_irq) {
  const uint64_t start = cycle_;
  while (cycle_ - start < cycles && !(until_irq && irq())) clock();
  return cycle_ - start;
}

bool Simulation::transact(const char* what, uint32_t offset) {
  top_->eval();
  for (uint64_t k = 0; k < kAnswerEdges && lite_.busy(); ++k) clock();
  if (lite_.busy()) {
    lite_.clear();
    error =
        std::string(what) + " of register offset " + std::to_string(offset) + " was not answered";
    return false;
  }
  if (lite_.response() != kOkay) {
    error = std::string(what) + " of register offset " + std::to_string(offset) +
            " was answered with error " + std::to_string(lite_.response());
    return false;
  }
  return true;
}

bool Simulation::write32(uint32_t offset, uint32_t value) {
  lite_.start_write(offset, value);
  return transact("write", offset);
}

bool Simulation::read32(uint32_t offset, uint32_t& value) {
  lite_.start_read(offset);
  if (!transact("read", offset)) return false;
  value = lite_.value();
  return true;
}

// The waves show inputs that change with the edge that they follow, which takes one evaluation
// more.
void Simulation::dump_high() {
  if (!waves_.is_open()) return;
  top_->eval();
  waves_.dump(2 * cycle_ * kHalfPeriod);
}

void Simulation::dump_low() {
  if (waves_.is_open()) waves_.dump((2 * cycle_ + 1) * kHalfPeriod);
}

bool Simulation::open_waves(const char* path) {
  if (waves_.open(*top_, path)) return true;
  error = waves_.error();
  return false;
}

bool Simulation::close_waves() {
  if (waves_.close()) return true;
  error = waves_.error();
  return false;
}

}  // namespace sce
