// SPDX-License-Identifier: Apache-2.0
// An example design: the unit, a memory, and a bench in place of a processor.
`timescale 1ns / 1ps
module design_of_mine;
  reg clk = 0, rst = 1;
  always #5 clk = !clk;

  // The memory behind m_axi_shared.
  wire awid, awvalid, awready, wlast, wvalid, wready, bid, bvalid, bready;
  wire arid, arvalid, arready, rid, rlast, rvalid, rready;
  wire [31:0] awaddr, araddr;
  wire [63:0] wdata, rdata;
  wire [7:0] wstrb, awlen, arlen;
  wire [1:0] bresp, rresp;
  memory ram (
    .clk(clk), .rst(rst),
    .awid(awid), .awaddr(awaddr), .awvalid(awvalid), .awready(awready),
    .wdata(wdata), .wstrb(wstrb), .wlast(wlast), .wvalid(wvalid), .wready(wready),
    .bid(bid), .bresp(bresp), .bvalid(bvalid), .bready(bready),
    .arid(arid), .araddr(araddr), .arlen(arlen), .arvalid(arvalid), .arready(arready),
    .rid(rid), .rdata(rdata), .rresp(rresp), .rlast(rlast), .rvalid(rvalid), .rready(rready)
  );

  // The unit, as scegrad_mine.veo has it. Inputs without a driver here are tied to constants.
  wire irq, reg_awready, reg_wready, reg_bvalid, reg_arready, reg_rvalid;
  reg [11:0] reg_address = 0;
  reg [31:0] reg_wdata = 0;
  reg reg_write = 0, reg_read = 0;
  wire [31:0] reg_rdata;
  scegrad_mine scegrad (
    .clk(clk), .rst(rst), .irq(irq),
    .s_axil_awaddr(reg_address), .s_axil_awprot(3'b0),
    .s_axil_awvalid(reg_write), .s_axil_awready(reg_awready),
    .s_axil_wdata(reg_wdata), .s_axil_wstrb(4'hF),
    .s_axil_wvalid(reg_write), .s_axil_wready(reg_wready),
    .s_axil_bresp(), .s_axil_bvalid(reg_bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(reg_address), .s_axil_arprot(3'b0),
    .s_axil_arvalid(reg_read), .s_axil_arready(reg_arready),
    .s_axil_rdata(reg_rdata), .s_axil_rresp(), .s_axil_rvalid(reg_rvalid), .s_axil_rready(1'b1),
    .m_axi_shared_awid(awid), .m_axi_shared_awaddr(awaddr), .m_axi_shared_awlen(awlen),
    .m_axi_shared_awsize(), .m_axi_shared_awburst(), .m_axi_shared_awlock(),
    .m_axi_shared_awcache(), .m_axi_shared_awprot(),
    .m_axi_shared_awvalid(awvalid), .m_axi_shared_awready(awready),
    .m_axi_shared_wdata(wdata), .m_axi_shared_wstrb(wstrb), .m_axi_shared_wlast(wlast),
    .m_axi_shared_wvalid(wvalid), .m_axi_shared_wready(wready),
    .m_axi_shared_bid(bid), .m_axi_shared_bresp(bresp),
    .m_axi_shared_bvalid(bvalid), .m_axi_shared_bready(bready),
    .m_axi_shared_arid(arid), .m_axi_shared_araddr(araddr), .m_axi_shared_arlen(arlen),
    .m_axi_shared_arsize(), .m_axi_shared_arburst(), .m_axi_shared_arlock(),
    .m_axi_shared_arcache(), .m_axi_shared_arprot(),
    .m_axi_shared_arvalid(arvalid), .m_axi_shared_arready(arready),
    .m_axi_shared_rid(rid), .m_axi_shared_rdata(rdata), .m_axi_shared_rresp(rresp),
    .m_axi_shared_rlast(rlast), .m_axi_shared_rvalid(rvalid), .m_axi_shared_rready(rready)
  );

  // The register accesses of a processor: docs/registers.md, "Running a job".
  task write(input [11:0] address, input [31:0] value);
    begin
      @(negedge clk) {reg_address, reg_wdata, reg_write} = {address, value, 1'b1};
      while (!(reg_awready && reg_wready)) @(negedge clk);
      @(negedge clk) reg_write = 0;
      while (!reg_bvalid) @(negedge clk);
    end
  endtask

  task read(input [11:0] address);
    begin
      @(negedge clk) {reg_address, reg_read} = {address, 1'b1};
      while (!reg_arready) @(negedge clk);
      @(negedge clk) reg_read = 0;
      while (!reg_rvalid) @(negedge clk);
    end
  endtask

  initial begin
    $dumpfile("design.vcd");
    $dumpvars(1, design_of_mine);
    // Element 0 is in the low half of a word.
    ram.words[0] = {32'h3F800000, 32'h00000000};     // logits   0,  1
    ram.words[1] = {32'h41A00000, 32'hC0000000};     //         -2, 20
    ram.words[128] = {32'h3F800000, 32'h3F000000};   // labels   0.5, 1
    ram.words[129] = {32'h3F800000, 32'h00000000};   //          0,   1
    repeat (3) @(negedge clk);
    rst = 0;
    write(12'h010, 32'h80000000);                    // LOGITS
    write(12'h014, 32'h80000400);                    // LABELS
    write(12'h018, 32'h80000800);                    // GRADIENT
    write(12'h01C, 4);                               // LENGTH
    write(12'h020, 1);                               // CORE_MASK
    write(12'h024, 0);                               // MODE: shared, fp32
    write(12'h034, 32'h00010000);                    // IRQ_ENABLE: the shared job
    write(12'h028, 1);                               // START
    read(12'h02C);                                   // REQUEST
    $display("request  %0d (%0s)", reg_rdata, reg_rdata == 1 ? "accepted" : "refused");
    wait (irq);
    read(12'h100);
    $display("status   %0d (3: done)", reg_rdata);
    read(12'h108);
    $display("cycles   %0d", reg_rdata);
    $display("gradient %h %h %h %h", ram.words[256][31:0], ram.words[256][63:32],
             ram.words[257][31:0], ram.words[257][63:32]);
    write(12'h038, 32'h00010000);                    // IRQ_PENDING: acknowledged
    $display("irq      %b", irq);
    $finish;
  end

  initial #100000 begin
    $display("no end after 100 us");
    $finish;
  end
endmodule
