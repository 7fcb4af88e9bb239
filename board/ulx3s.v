// SPDX-License-Identifier: Apache-2.0
// ULX3S (LFE5U-85F): clocks and reset around two modules: scegrad_board, the logic of any board,
// and sdram, LiteDRAM's controller of the board's chip.

module ulx3s (
    input clk_25mhz,
    input ftdi_txd,      // the FTDI sends, the FPGA receives
    output ftdi_rxd,
    input [1:1] btn,     // FIRE1: reset
    output [7:0] led,
    output wifi_gpio0,   // high: the ESP32 leaves the board alone
    output sdram_clk,
    output sdram_cke,
    output sdram_cs_n,
    output sdram_ras_n,
    output sdram_cas_n,
    output sdram_we_n,
    output [1:0] sdram_ba,
    output [12:0] sdram_a,
    output [1:0] sdram_dm,
    inout [15:0] sdram_dq
);
    wire clk, clk_chip, clk_feedback, locked;

    // A VCO at 25 MHz * 24 = 600 MHz, divided by 10, gives 60 MHz. The chip's clock is 2 periods of
    // the VCO (3.3 ns, 72 degrees) late, so that commands are stable around its edge.
    (* FREQUENCY_PIN_CLKI = "25", FREQUENCY_PIN_CLKOP = "60", FREQUENCY_PIN_CLKOS = "60" *)
    EHXPLLL #(
        .PLLRST_ENA("DISABLED"),
        .INTFB_WAKE("DISABLED"),
        .STDBY_ENABLE("DISABLED"),
        .DPHASE_SOURCE("DISABLED"),
        .OUTDIVIDER_MUXA("DIVA"),
        .CLKI_DIV(1),
        .CLKFB_DIV(1),
        .FEEDBK_PATH("CLKOS2"),
        .CLKOP_ENABLE("ENABLED"),
        .CLKOP_DIV(10),
        .CLKOP_CPHASE(9),
        .CLKOP_FPHASE(0),
        .CLKOS_ENABLE("ENABLED"),
        .CLKOS_DIV(10),
        .CLKOS_CPHASE(11),
        .CLKOS_FPHASE(0),
        .CLKOS2_ENABLE("ENABLED"),
        .CLKOS2_DIV(24),
        .CLKOS2_CPHASE(23),
        .CLKOS2_FPHASE(0)
    ) pll (
        .CLKI(clk_25mhz),
        .CLKFB(clk_feedback),
        .CLKOP(clk),
        .CLKOS(clk_chip),
        .CLKOS2(clk_feedback),
        .LOCK(locked),
        .RST(1'b0),
        .STDBY(1'b0),
        .PHASESEL0(1'b0),
        .PHASESEL1(1'b0),
        .PHASEDIR(1'b1),
        .PHASESTEP(1'b1),
        .PHASELOADREG(1'b1),
        .PLLWAKESYNC(1'b0),
        .ENCLKOP(1'b0)
    );

    // Reset ends 256 cycles after the PLL has locked and the button is released.
    reg [1:0] ready;
    reg [7:0] wait_left;
    reg rst;
    initial begin
        ready = 2'b00;
        wait_left = 8'hff;
        rst = 1'b1;
    end
    always @(posedge clk) begin
        ready <= {ready[0], locked & ~btn[1]};
        if (!ready[1])
            wait_left <= 8'hff;
        else if (wait_left != 8'h00)
            wait_left <= wait_left - 8'h01;
        rst <= wait_left != 8'h00;
    end

    // The unit stays in reset until the chip is initialised.
    reg rst_board;
    wire sdram_ready;
    initial rst_board = 1'b1;
    always @(posedge clk)
        rst_board <= rst | ~sdram_ready;

    wire [1:0] state;
    wire awid, awvalid, awready, wlast, wvalid, wready, bid, bvalid, bready, arid, arvalid,
        arready, rid, rlast, rvalid, rready, host_valid, host_write, host_ready;
    wire [1:0] awburst, bresp, arburst, rresp;
    wire [2:0] awsize, arsize;
    wire [7:0] awlen, wstrb, arlen;
    wire [31:0] awaddr, araddr, host_address, host_data, host_read;
    wire [63:0] wdata, rdata;
    scegrad_board board (
        .clk(clk), .rst(rst_board), .rx(ftdi_txd), .tx(ftdi_rxd), .led(state),
        .m_axi_shared_awid(awid), .m_axi_shared_awaddr(awaddr), .m_axi_shared_awlen(awlen),
        .m_axi_shared_awsize(awsize), .m_axi_shared_awburst(awburst),
        .m_axi_shared_awvalid(awvalid), .m_axi_shared_awready(awready),
        .m_axi_shared_wdata(wdata), .m_axi_shared_wstrb(wstrb), .m_axi_shared_wlast(wlast),
        .m_axi_shared_wvalid(wvalid), .m_axi_shared_wready(wready), .m_axi_shared_bid(bid),
        .m_axi_shared_bresp(bresp), .m_axi_shared_bvalid(bvalid), .m_axi_shared_bready(bready),
        .m_axi_shared_arid(arid), .m_axi_shared_araddr(araddr), .m_axi_shared_arlen(arlen),
        .m_axi_shared_arsize(arsize), .m_axi_shared_arburst(arburst),
        .m_axi_shared_arvalid(arvalid), .m_axi_shared_arready(arready), .m_axi_shared_rid(rid),
        .m_axi_shared_rdata(rdata), .m_axi_shared_rresp(rresp), .m_axi_shared_rlast(rlast),
        .m_axi_shared_rvalid(rvalid), .m_axi_shared_rready(rready), .host__valid(host_valid),
        .host__write(host_write), .host__ready(host_ready), .host__address(host_address),
        .host__data(host_data), .host__read(host_read), .host__error(1'b0)
    );

    sdram memory (
        .clk(clk), .rst(rst), .clk_chip(clk_chip), .ready(sdram_ready),
        .s_axi_awid(awid), .s_axi_awaddr(awaddr), .s_axi_awlen(awlen), .s_axi_awsize(awsize),
        .s_axi_awburst(awburst), .s_axi_awvalid(awvalid), .s_axi_awready(awready),
        .s_axi_wdata(wdata), .s_axi_wstrb(wstrb), .s_axi_wlast(wlast), .s_axi_wvalid(wvalid),
        .s_axi_wready(wready), .s_axi_bid(bid), .s_axi_bresp(bresp), .s_axi_bvalid(bvalid),
        .s_axi_bready(bready), .s_axi_arid(arid), .s_axi_araddr(araddr), .s_axi_arlen(arlen),
        .s_axi_arsize(arsize), .s_axi_arburst(arburst), .s_axi_arvalid(arvalid),
        .s_axi_arready(arready), .s_axi_rid(rid), .s_axi_rdata(rdata), .s_axi_rresp(rresp),
        .s_axi_rlast(rlast), .s_axi_rvalid(rvalid), .s_axi_rready(rready),
        .host_valid(host_valid), .host_write(host_write), .host_ready(host_ready),
        .host_address(host_address), .host_data(host_data), .host_read(host_read),
        .sdram_clk(sdram_clk), .sdram_cke(sdram_cke), .sdram_cs_n(sdram_cs_n),
        .sdram_ras_n(sdram_ras_n), .sdram_cas_n(sdram_cas_n), .sdram_we_n(sdram_we_n),
        .sdram_ba(sdram_ba), .sdram_a(sdram_a), .sdram_dm(sdram_dm), .sdram_dq(sdram_dq)
    );

    assign led = {locked, ~rst_board, 4'b0000, state};
    assign wifi_gpio0 = 1'b1;
endmodule
