// Control of several cores: each unit has its own bit in interrupts, aborts, busy and job.
// What does not depend on the number of cores, such as reads and the time of an answer, is in
// control.sv.
module control_cores #(parameter `SIZES, localparam UNITS = CORES + 1, SHARED = CORES)
    (input clk, input rst, input [CORES:0] busy, input [CORES:0] done,
    input w_valid, input [45:0] w_item, input r_valid, input [9:0] r_index, input r_take,
    input c_valid, input [5:0] c_status, input [CORES:0] c_start);
    wire irq, h_w_ready, h_check;
    wire [CORES-1:0] core_format, core_shared, h_shared_cores;
    wire [CORES:0] start, abort, h_pending;
    wire [128+CORES:0] job;
    wire [511:0] h_common;
    wire [161:0] h_request;
    wire [31:0] h_enable;
    // What the checker is told of units, and the readout of the format of each: there are ports for
    // eight cores and the shared job, of which the unit has the first.
    wire [CORES:0] h_busy;
    wire h_half_0, h_half_1, h_half_2, h_half_3, h_half_4, h_half_5, h_half_6, h_half_7, h_half_8;
    wire [8:0] halves = FORMATS == 1 ? 0 : {h_half_8, h_half_7, h_half_6, h_half_5, h_half_4,
        h_half_3, h_half_2, h_half_1, h_half_0};
    wire cut_w_valid, cut_r_valid, cut_r_take, cut_c_valid;  // what the cuts are in the unit
    wire [45:0] cut_w_item;
    wire [9:0] cut_r_index;
    wire [5:0] cut_c_status;
    wire [CORES:0] cut_c_start;
    // The register port, whose parts are cut off: anything may be there.
    wire axil__aw__valid, axil__aw__ready, axil__w__valid, axil__w__ready, axil__b__valid,
        axil__b__ready, axil__ar__valid, axil__ar__ready, axil__r__valid, axil__r__ready;
    wire [14:0] axil__aw__payload, axil__ar__payload;
    wire [35:0] axil__w__payload;
    wire [33:0] axil__r__payload;
    wire [1:0] axil__b__payload;
    unit u(.h_pending(h_pending), .h_busy(h_busy), .h_enable(h_enable), .h_request(h_request),
        .h_common(h_common), .h_shared_cores(h_shared_cores), .*);
    localparam CORE_MASK = 8, MODE = 9, START = 10, IRQ_ENABLE = 13, IRQ_PENDING = 14, ABORT = 15;
    localparam ACCEPTED = 1;
    wire [9:0] index = w_item[9:0];
    wire [31:0] data = w_item[41:10];
    wire [3:0] strb = w_item[45:42];
    wire [31:0] bits = {{8{strb[3]}}, {8{strb[2]}}, {8{strb[1]}}, {8{strb[0]}}};
    // The bits of registers: core k at k, the shared job at 16.
    localparam [31:0] THERE = 32'h10000 | ((1 << CORES) - 1);

    `include "reset.svh"
    // The port: a write is held until it is taken, and nothing is read.
    reg w_was;
    reg [45:0] w_before;
    always @(posedge clk) begin
        w_was <= w_valid & !h_w_ready & !rst; w_before <= w_item;
    end
    always @* assume (!rst | !w_valid);
    always @* assume (!w_was | (w_valid & (w_item == w_before)));
    always @* assume (!r_valid & r_take & (r_index == 0));
    // The checker: its answer comes four cycles after it was asked; a start is one unit's, and the
    // unit and its cores are free. A platform of one format has no job in the other.
    reg [4:1] ago;
    always @(posedge clk) ago <= rst ? 0 : {ago[3:1], h_check};
    wire [31:0] asked = h_request[159:128];
    wire [CORES:0] one = c_start & -c_start;
    always @* assume (c_valid == ago[4]);
    always @* assume ((c_status == ACCEPTED) == (c_start != 0) | !c_valid);
    always @* assume (c_valid | (c_start == 0));
    always @* assume ((c_start & busy) == 0);
    always @* assume (c_start == one);
    always @* assume ((c_start == 0) | (c_start[SHARED] != h_request[160]));
    always @* assume (!c_start[SHARED] | ((asked != 0) & ((asked >> CORES) == 0)
        & ((asked[CORES-1:0] & busy[CORES-1:0]) == 0)));
    always @* assume ((FORMATS > 1) | (c_start == 0) | !h_request[161]);

    // What software wrote, and what the cores are doing.
    reg [31:0] core_mask, mode, enable;
    reg [CORES:0] pending, aborted;
    reg [CORES-1:0] is_shared;
    reg [CORES:0] half;  // of the last job of each unit
    wire taken = w_valid & h_w_ready;
    wire [31:0] gone = taken & (index == IRQ_PENDING) ? data & bits : 32'b0;
    wire [31:0] ended = taken & (index == ABORT) ? data & bits : 32'b0;
    `define KEEP(register, number, mask) \
        if (taken & (index == number)) register <= register & ~(bits & mask) | data & bits & mask;
    wire [CORES-1:0] shared_now = c_start[SHARED] ? core_mask[CORES-1:0]
        : is_shared & ~c_start[CORES-1:0];
    wire [CORES:0] half_now = half & ~c_start | c_start & {UNITS{mode[1]}};
    always @(posedge clk) begin
        `KEEP(core_mask, CORE_MASK, 32'hffffffff)
        `KEEP(mode, MODE, 32'h3)
        `KEEP(enable, IRQ_ENABLE, THERE)
        pending <= pending & ~{gone[16], gone[CORES-1:0]} | done;
        aborted <= {ended[16], ended[CORES-1:0]};
        half <= half_now;
        is_shared <= shared_now;
        if (rst) begin
            core_mask <= 0; mode <= 0; enable <= 0; pending <= 0; aborted <= 0; half <= 0;
            is_shared <= 0;
        end
    end
    wire [31:0] pending_bits = {15'b0, pending[SHARED], {(16 - CORES){1'b0}}, pending[CORES-1:0]};
    wire [31:0] busy_bits = {15'b0, busy[SHARED], {(16 - CORES){1'b0}}, busy[CORES-1:0]};
    wire starting = w_valid & (index == START) & strb[0] & data[0];
    reg [161:0] request_was;
    always @(posedge clk) request_was <= h_request;
    always @* if (started) begin
        assert (irq == |(pending_bits & enable));
        assert (h_pending == pending);
        assert (h_enable == enable);
        // what the registers IRQ_PENDING, IRQ_ENABLE and BUSY read
        assert (h_common[479:384] == {pending_bits, enable, busy_bits});
        assert (abort == aborted);
        assert ({start, job[128+CORES:128]} == {c_start, mode[1], core_mask[CORES-1:0]});
        assert ({h_shared_cores, h_busy} == {shared_now, busy});
        assert (halves[CORES:0] == half_now);
        assert (core_shared == shared_now);
        assert (core_format == (shared_now & {CORES{half_now[SHARED]}}
            | ~shared_now & half_now[CORES-1:0]));
        assert (h_check == (starting & (ago == 0)));
        assert ((ago == 0) | (starting & (h_request == request_was)));
        assert (h_request[161:128] == {mode[1:0], core_mask});
        assert (h_w_ready == (!starting | c_valid));
    end
    always @* if (started) begin
        cover (irq & (pending == 2) & (enable == 2));
        cover (c_start[SHARED] & (core_mask == 3) & is_shared[CORES-1]);
        cover (c_start[1] & is_shared[1] & is_shared[0]);
    end
endmodule
