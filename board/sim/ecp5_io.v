// SPDX-License-Identifier: Apache-2.0
// Only for simulation: the cells at the SDRAM's pins (a register in the pin, and a pin's driver).

/* verilator lint_off DECLFILENAME */ // the cells' names are in capitals, several to a file
/* verilator lint_off UNUSEDSIGNAL */ // preset and enable are tied off
module OFS1P3BX (input SCLK, input PD, input SP, input D, output reg Q);
    initial Q = 1'b1;
    always @(posedge SCLK) Q <= D;
endmodule

module IFS1P3BX (input SCLK, input PD, input SP, input D, output reg Q);
    initial Q = 1'b1;
    always @(posedge SCLK) Q <= D;
endmodule

// The clock's own level, since D0 is 1 and D1 is 0.
module ODDRX1F (input SCLK, input D0, input D1, input RST, output Q);
    assign Q = SCLK ? D0 : D1;
endmodule

module BB (input I, input T, output O, inout B);
    assign B = T ? 1'bz : I;
    assign O = B;
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSEDSIGNAL */
