// SPDX-License-Identifier: Apache-2.0 ECP5 cells that Yosys has no model of, as far as its netlists
// use them, for the simulation of netlists alone. Behaviour after Lattice FPGA-TN-02204 (memory)
// and FPGA-TN-02205 (sysDSP); pins as in Yosys' techlibs/lattice.

// A multiplier without registers.
module MULT18X18D (
    input A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
    input SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    output P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12,
        P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
    wire [17:0] a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0}, b = {B17, B16, B15, B14, B13,
        B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
    wire signed [35:0] wide_a = {{18{SIGNEDA & a[17]}}, a}, wide_b = {{18{SIGNEDB & b[17]}}, b};
    wire [35:0] product = wide_a * wide_b;
    assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12,
        P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = product;
endmodule

// A block RAM without output registers, in write mode NORMAL or READBEFOREWRITE. What port B reads
// while port A writes it is inverted, since the part promises nothing.
module DP16KD (
    input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
    input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
    input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
    input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
    parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18;
    parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG", RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC";
    parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000", WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL";
    parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB", GSR = "ENABLED", INIT_DATA = "STATIC";
    parameter [319:0] INITVAL_00 = 320'h0;
    parameter [319:0] INITVAL_01 = 320'h0;
    parameter [319:0] INITVAL_02 = 320'h0;
    parameter [319:0] INITVAL_03 = 320'h0;
    parameter [319:0] INITVAL_04 = 320'h0;
    parameter [319:0] INITVAL_05 = 320'h0;
    parameter [319:0] INITVAL_06 = 320'h0;
    parameter [319:0] INITVAL_07 = 320'h0;
    parameter [319:0] INITVAL_08 = 320'h0;
    parameter [319:0] INITVAL_09 = 320'h0;
    parameter [319:0] INITVAL_0A = 320'h0;
    parameter [319:0] INITVAL_0B = 320'h0;
    parameter [319:0] INITVAL_0C = 320'h0;
    parameter [319:0] INITVAL_0D = 320'h0;
    parameter [319:0] INITVAL_0E = 320'h0;
    parameter [319:0] INITVAL_0F = 320'h0;
    parameter [319:0] INITVAL_10 = 320'h0;
    parameter [319:0] INITVAL_11 = 320'h0;
    parameter [319:0] INITVAL_12 = 320'h0;
    parameter [319:0] INITVAL_13 = 320'h0;
    parameter [319:0] INITVAL_14 = 320'h0;
    parameter [319:0] INITVAL_15 = 320'h0;
    parameter [319:0] INITVAL_16 = 320'h0;
    parameter [319:0] INITVAL_17 = 320'h0;
    parameter [319:0] INITVAL_18 = 320'h0;
    parameter [319:0] INITVAL_19 = 320'h0;
    parameter [319:0] INITVAL_1A = 320'h0;
    parameter [319:0] INITVAL_1B = 320'h0;
    parameter [319:0] INITVAL_1C = 320'h0;
    parameter [319:0] INITVAL_1D = 320'h0;
    parameter [319:0] INITVAL_1E = 320'h0;
    parameter [319:0] INITVAL_1F = 320'h0;
    parameter [319:0] INITVAL_20 = 320'h0;
    parameter [319:0] INITVAL_21 = 320'h0;
    parameter [319:0] INITVAL_22 = 320'h0;
    parameter [319:0] INITVAL_23 = 320'h0;
    parameter [319:0] INITVAL_24 = 320'h0;
    parameter [319:0] INITVAL_25 = 320'h0;
    parameter [319:0] INITVAL_26 = 320'h0;
    parameter [319:0] INITVAL_27 = 320'h0;
    parameter [319:0] INITVAL_28 = 320'h0;
    parameter [319:0] INITVAL_29 = 320'h0;
    parameter [319:0] INITVAL_2A = 320'h0;
    parameter [319:0] INITVAL_2B = 320'h0;
    parameter [319:0] INITVAL_2C = 320'h0;
    parameter [319:0] INITVAL_2D = 320'h0;
    parameter [319:0] INITVAL_2E = 320'h0;
    parameter [319:0] INITVAL_2F = 320'h0;
    parameter [319:0] INITVAL_30 = 320'h0;
    parameter [319:0] INITVAL_31 = 320'h0;
    parameter [319:0] INITVAL_32 = 320'h0;
    parameter [319:0] INITVAL_33 = 320'h0;
    parameter [319:0] INITVAL_34 = 320'h0;
    parameter [319:0] INITVAL_35 = 320'h0;
    parameter [319:0] INITVAL_36 = 320'h0;
    parameter [319:0] INITVAL_37 = 320'h0;
    parameter [319:0] INITVAL_38 = 320'h0;
    parameter [319:0] INITVAL_39 = 320'h0;
    parameter [319:0] INITVAL_3A = 320'h0;
    parameter [319:0] INITVAL_3B = 320'h0;
    parameter [319:0] INITVAL_3C = 320'h0;
    parameter [319:0] INITVAL_3D = 320'h0;
    parameter [319:0] INITVAL_3E = 320'h0;
    parameter [319:0] INITVAL_3F = 320'h0;

    wire [13:0] address_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0}, address_b =
        {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    wire [17:0] in_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2,
        DIA1, DIA0}, in_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2,
        DIB1, DIB0};
    reg [17:0] memory [0:1023];
    reg [35:0] out_a = 36'd0, out_b = 36'd0;
    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} =
        DATA_WIDTH_B == 36 ? out_b[17:0] : out_a[17:0];
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} =
        DATA_WIDTH_B == 36 ? out_b[35:18] : out_b[17:0];

    integer row;
    initial begin
        for (row = 0; row < 16; row = row + 1) memory[0 + row] = INITVAL_00[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[16 + row] = INITVAL_01[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[32 + row] = INITVAL_02[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[48 + row] = INITVAL_03[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[64 + row] = INITVAL_04[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[80 + row] = INITVAL_05[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[96 + row] = INITVAL_06[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[112 + row] = INITVAL_07[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[128 + row] = INITVAL_08[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[144 + row] = INITVAL_09[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[160 + row] = INITVAL_0A[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[176 + row] = INITVAL_0B[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[192 + row] = INITVAL_0C[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[208 + row] = INITVAL_0D[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[224 + row] = INITVAL_0E[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[240 + row] = INITVAL_0F[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[256 + row] = INITVAL_10[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[272 + row] = INITVAL_11[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[288 + row] = INITVAL_12[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[304 + row] = INITVAL_13[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[320 + row] = INITVAL_14[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[336 + row] = INITVAL_15[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[352 + row] = INITVAL_16[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[368 + row] = INITVAL_17[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[384 + row] = INITVAL_18[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[400 + row] = INITVAL_19[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[416 + row] = INITVAL_1A[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[432 + row] = INITVAL_1B[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[448 + row] = INITVAL_1C[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[464 + row] = INITVAL_1D[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[480 + row] = INITVAL_1E[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[496 + row] = INITVAL_1F[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[512 + row] = INITVAL_20[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[528 + row] = INITVAL_21[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[544 + row] = INITVAL_22[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[560 + row] = INITVAL_23[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[576 + row] = INITVAL_24[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[592 + row] = INITVAL_25[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[608 + row] = INITVAL_26[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[624 + row] = INITVAL_27[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[640 + row] = INITVAL_28[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[656 + row] = INITVAL_29[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[672 + row] = INITVAL_2A[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[688 + row] = INITVAL_2B[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[704 + row] = INITVAL_2C[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[720 + row] = INITVAL_2D[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[736 + row] = INITVAL_2E[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[752 + row] = INITVAL_2F[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[768 + row] = INITVAL_30[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[784 + row] = INITVAL_31[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[800 + row] = INITVAL_32[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[816 + row] = INITVAL_33[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[832 + row] = INITVAL_34[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[848 + row] = INITVAL_35[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[864 + row] = INITVAL_36[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[880 + row] = INITVAL_37[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[896 + row] = INITVAL_38[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[912 + row] = INITVAL_39[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[928 + row] = INITVAL_3A[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[944 + row] = INITVAL_3B[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[960 + row] = INITVAL_3C[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[976 + row] = INITVAL_3D[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[992 + row] = INITVAL_3E[20 * row +: 18];
        for (row = 0; row < 16; row = row + 1) memory[1008 + row] = INITVAL_3F[20 * row +: 18];
    end

    // The first bit of an element narrower than a row, in its two rows.
    function [4:0] place(input integer width, input [13:0] address);
        case (width)
            36, 18: place = 5'd0;
            9: place = 9 * address[3];
            4: place = 9 * address[3] + 4 * address[2];
            2: place = 9 * address[3] + 2 * address[2:1];
            default: place = 9 * address[3] + address[2:0];
        endcase
    endfunction

    // Bits of two rows that a write reaches: with 18 and 36 bits, the low address bits select bytes
    // of nine.
    function [35:0] mask(input integer width, input [13:0] address);
        case (width)
            36: mask = {{9{address[3]}}, {9{address[2]}}, {9{address[1]}}, {9{address[0]}}};
            18: mask = {18'd0, {9{address[1]}}, {9{address[0]}}};
            default: mask = ((36'd1 << width) - 36'd1) << place(width, address);
        endcase
    endfunction

    wire [9:0] row_a = DATA_WIDTH_A == 36 ? {address_a[13:5], 1'b0} : address_a[13:4];
    wire [9:0] row_b = DATA_WIDTH_B == 36 ? {address_b[13:5], 1'b0} : address_b[13:4];
    wire write_a = CEA & WEA & ~(CSA0 | CSA1 | CSA2), write_b = CEB & WEB & ~(CSB0 | CSB1 | CSB2);
    wire [35:0] mask_a = mask(DATA_WIDTH_A, address_a), mask_b = mask(DATA_WIDTH_B, address_b);
    wire [35:0] new_a = {in_b, in_a} << place(DATA_WIDTH_A, address_a);
    wire [35:0] new_b = {18'd0, in_b} << place(DATA_WIDTH_B, address_b);
    wire [35:0] element_a = DATA_WIDTH_A == 36 ? ~36'd0 : (36'd1 << DATA_WIDTH_A) - 36'd1;
    wire [35:0] element_b = DATA_WIDTH_B == 36 ? ~36'd0 : (36'd1 << DATA_WIDTH_B) - 36'd1;
    wire [35:0] old_a = {memory[row_a | 10'd1], memory[row_a]};
    wire [35:0] old_b = {memory[row_b | 10'd1], memory[row_b]};
    wire collision = write_a & (row_a[9:1] == row_b[9:1])
        & (DATA_WIDTH_A == 36 | DATA_WIDTH_B == 36 | row_a[0] == row_b[0]) & |mask_a;

    always @(posedge CLKA) begin
        if (write_a) begin
            memory[row_a] <= (old_a[17:0] & ~mask_a[17:0]) | (new_a[17:0] & mask_a[17:0]);
            if (DATA_WIDTH_A == 36)
                memory[row_a | 10'd1] <= (old_a[35:18] & ~mask_a[35:18]) | (new_a[35:18] & mask_a[35:18]);
        end
        if (RSTA)
            out_a <= 36'd0;
        else if (CEA & (~WEA | WRITEMODE_A == "READBEFOREWRITE"))
            out_a <= (old_a >> place(DATA_WIDTH_A, address_a)) & element_a;
    end

    always @(posedge CLKB) begin
        if (write_b)
            memory[row_b] <= (old_b[17:0] & ~mask_b[17:0]) | (new_b[17:0] & mask_b[17:0]);
        if (RSTB)
            out_b <= 36'd0;
        else if (CEB & (~WEB | WRITEMODE_B == "READBEFOREWRITE"))
            out_b <= ((collision ? ~old_b : old_b) >> place(DATA_WIDTH_B, address_b)) & element_b;
    end
endmodule
