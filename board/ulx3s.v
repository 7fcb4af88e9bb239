// SPDX-License-Identifier: Apache-2.0
// ULX3S (LFE5U-85F): clock and reset around scegrad_board, the logic that any board could have.

module ulx3s (
    input clk_25mhz,
    input ftdi_txd,      // the FTDI sends, the FPGA receives
    output ftdi_rxd,
    input [1:1] btn,     // FIRE1: reset
    output [7:0] led,
    output wifi_gpio0    // high: the ESP32 leaves the board alone
);
    wire clk, locked;

    // 25 MHz * 3 = 75 MHz from a VCO at 600 MHz.
    (* FREQUENCY_PIN_CLKI = "25", FREQUENCY_PIN_CLKOP = "75" *)
    EHXPLLL #(
        .PLLRST_ENA("DISABLED"),
        .INTFB_WAKE("DISABLED"),
        .STDBY_ENABLE("DISABLED"),
        .DPHASE_SOURCE("DISABLED"),
        .OUTDIVIDER_MUXA("DIVA"),
        .CLKI_DIV(1),
        .CLKFB_DIV(3),
        .FEEDBK_PATH("CLKOP"),
        .CLKOP_ENABLE("ENABLED"),
        .CLKOP_DIV(8),
        .CLKOP_CPHASE(4),
        .CLKOP_FPHASE(0)
    ) pll (
        .CLKI(clk_25mhz),
        .CLKFB(clk),
        .CLKOP(clk),
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

    // Reset ends 256 cycles after the PLL has locked and the button was let go.
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

    wire [1:0] state;
    scegrad_board board (.clk(clk), .rst(rst), .rx(ftdi_txd), .tx(ftdi_rxd), .led(state));

    assign led = {locked, ~rst, 4'b0000, state};
    assign wifi_gpio0 = 1'b1;
endmodule
