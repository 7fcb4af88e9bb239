#include "simulation.h"

namespace sce {

void LiteManager::start_write(uint32_t offset, uint32_t value) {
  top_.s_axil_awaddr = offset;
  top_.s_axil_awprot = 0;
  top_.s_axil_awvalid = 1;
  top_.s_axil_wdata = value;
  top_.s_axil_wstrb = 0xF;
  top_.s_axil_wvalid = 1;
  top_.s_axil_bready = 1;
  aw_done_ = w_done_ = false;
  busy_ = driving_ = true;
}

void LiteManager::start_read(uint32_t offset) {
  top_.s_axil_araddr = offset;
  top_.s_axil_arprot = 0;
  top_.s_axil_arvalid = 1;
  top_.s_axil_rready = 1;
  ar_done_ = false;
  busy_ = driving_ = true;
}

void LiteManager::clear() {
  busy_ = driving_ = aw_done_ = w_done_ = ar_done_ = false;
  top_.s_axil_awvalid = top_.s_axil_wvalid = top_.s_axil_bready = 0;
  top_.s_axil_arvalid = top_.s_axil_rready = 0;
}

void LiteManager::sample() {
  aw_done_ |= top_.s_axil_awvalid && top_.s_axil_awready;
  w_done_ |= top_.s_axil_wvalid && top_.s_axil_wready;
  ar_done_ |= top_.s_axil_arvalid && top_.s_axil_arready;
  if (top_.s_axil_bvalid && top_.s_axil_bready) {
    response_ = top_.s_axil_bresp;
    busy_ = false;
  }
  if (top_.s_axil_rvalid && top_.s_axil_rready) {
    response_ = top_.s_axil_rresp;
    value_ = top_.s_axil_rdata;
    busy_ = false;
  }
}

void LiteManager::drive() {
  if (!busy_) {
    clear();
    return;
  }
  if (aw_done_) top_.s_axil_awvalid = 0;
  if (w_done_) top_.s_axil_wvalid = 0;
  if (ar_done_) top_.s_axil_arvalid = 0;
}

}  // namespace sce
