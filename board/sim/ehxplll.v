// SPDX-License-Identifier: Apache-2.0 For simulation alone: the PLL as a wire, so that a cycle of
// clk_25mhz stands for one of the board's clock, locked after 16 of them.

/* verilator lint_off DECLFILENAME */ // the cell's name is in capitals
/* verilator lint_off UNUSEDSIGNAL */ // the cell has more ports than a wire needs
/* verilator lint_off UNUSEDPARAM */  // and parameters
module EHXPLLL (
    input CLKI, input CLKFB, input RST, input STDBY, input PHASESEL0, input PHASESEL1, input PHASEDIR, input PHASESTEP,
    input PHASELOADREG, input PLLWAKESYNC, input ENCLKOP,
    output CLKOP, output CLKOS, output CLKOS2, output LOCK
);
    parameter PLLRST_ENA = "", INTFB_WAKE = "", STDBY_ENABLE = "", DPHASE_SOURCE = "", OUTDIVIDER_MUXA = "", FEEDBK_PATH = "";
    parameter CLKOP_ENABLE = "", CLKOS_ENABLE = "", CLKOS2_ENABLE = "";
    parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 1, CLKOP_CPHASE = 0, CLKOP_FPHASE = 0;
    parameter CLKOS_DIV = 1, CLKOS_CPHASE = 0, CLKOS_FPHASE = 0, CLKOS2_DIV = 1, CLKOS2_CPHASE = 0, CLKOS2_FPHASE = 0;

    reg [4:0] cycles;
    initial cycles = 5'd0;
    always @(posedge CLKI)
        if (!cycles[4])
            cycles <= cycles + 5'd1;
    assign CLKOP = CLKI, CLKOS2 = CLKI;
    assign CLKOS = ~CLKI; // late, by half a period
    assign LOCK = cycles[4];
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSEDSIGNAL */
/* verilator lint_on UNUSEDPARAM */
