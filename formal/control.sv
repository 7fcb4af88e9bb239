// Control of ecp5_demo (1 core, both formats) between its port (axi_lite.sv) and its checker
// (job_checker.sv): every write and read is answered soon; a START is one check of what was written
// and at most one start; an end is one pending interrupt until software clears it.
module control(input clk, input rst, input [1:0] busy, input [1:0] done,
    input w_valid, input [45:0] w_item, input r_valid, input [9:0] r_index, input r_take,
    input c_valid, input [5:0] c_status, input [1:0] c_start);
    wire irq, core_format, core_shared, h_w_ready, h_error, h_r_ready, h_d_valid, h_check,
        h_cores_busy, h_shared_busy, h_shared_cores, h_half_0, h_half_1;
    wire [1:0] start, abort, h_pending;
    wire [129:0] job;
    wire [511:0] h_common;
    wire [161:0] h_request;
    wire [31:0] h_enable;
    unit u(.clk(clk), .rst(rst), .irq(irq), .start(start), .abort(abort), .job(job),
        .core_format(core_format), .core_shared(core_shared), .units__0__busy(busy[0]),
        .units__1__busy(busy[1]), .units__0__done(done[0]), .units__1__done(done[1]),
        .w_valid(w_valid), .w_item(w_item), .r_valid(r_valid), .r_index(r_index), .r_take(r_take),
        .c_valid(c_valid), .c_status(c_status), .c_start(c_start), .h_w_ready(h_w_ready),
        .h_error(h_error), .h_r_ready(h_r_ready), .h_d_valid(h_d_valid), .h_check(h_check),
        .h_request(h_request), .h_enable(h_enable), .h_pending(h_pending),
        .h_cores_busy(h_cores_busy), .h_shared_busy(h_shared_busy),
        .h_shared_cores(h_shared_cores), .h_common(h_common), .h_half_0(h_half_0),
        .h_half_1(h_half_1));
    localparam ACCEPTED = 1, CORE = 0, SHARED = 1;
    localparam LOGITS = 4, LABELS = 5, GRADIENT = 6, LENGTH = 7, CORE_MASK = 8, MODE = 9, START = 10,
        IRQ_ENABLE = 13, IRQ_PENDING = 14, ABORT = 15;
    wire [9:0] index = w_item[9:0];
    wire [31:0] data = w_item[41:10];
    wire [3:0] strb = w_item[45:42];
    wire [31:0] bits = {{8{strb[3]}}, {8{strb[2]}}, {8{strb[1]}}, {8{strb[0]}}};

    `include "reset.svh"
    `include "registers.svh"
    // The port: a write is held until it is taken, one read at a time, its answer is taken at once.
    reg w_was, sent;
    reg [45:0] w_before;
    always @(posedge clk) begin
        w_was <= w_valid & !h_w_ready & !rst; w_before <= w_item;
        sent <= !rst & (r_valid & h_r_ready | sent & !(h_d_valid & r_take));
    end
    always @* assume (!rst | (!w_valid & !r_valid));
    always @* assume (!w_was | (w_valid & (w_item == w_before)));
    always @* assume (!r_valid | !sent);
    always @* assume (!sent | r_take);
    // The checker: its answer comes four cycles after it was asked; a start is one unit's, a free
    // one.
    reg [4:1] ago;
    always @(posedge clk) ago <= rst ? 0 : {ago[3:1], h_check};
    always @* assume (c_valid == ago[4]);
    always @* assume ((c_status == ACCEPTED) == (c_start != 0) | !c_valid);
    always @* assume (c_valid | (c_start == 0));
    always @* assume ((c_start & busy) == 0);
    always @* assume ((c_start == 0) | (c_start == 2'd1 << (h_request[160] ? CORE : SHARED)));
    always @* assume (!c_start[SHARED] | (h_request[128] & !busy[CORE]));

    // What software wrote, what it was told, and what the core is doing.
    reg [31:0] logits, labels, gradient, length, core_mask, mode, enable;
    reg [1:0] pending, aborted;
    reg is_shared;
    reg [5:0] request;  // the status of the last START
    reg [1:0] half;  // of the last job of each unit
    wire taken = w_valid & h_w_ready;
    wire [31:0] gone = taken & (index == IRQ_PENDING) ? data & bits : 32'b0;
    wire [31:0] ended = taken & (index == ABORT) ? data & bits : 32'b0;
    `define KEEP(register, number, mask) \
        if (taken & (index == number)) register <= register & ~(bits & mask) | data & bits & mask;
    always @(posedge clk) begin
        `KEEP(logits, LOGITS, 32'hffffffff)
        `KEEP(labels, LABELS, 32'hffffffff)
        `KEEP(gradient, GRADIENT, 32'hffffffff)
        `KEEP(length, LENGTH, 32'hffffffff)
        `KEEP(core_mask, CORE_MASK, 32'hffffffff)
        `KEEP(mode, MODE, 32'h3)
        `KEEP(enable, IRQ_ENABLE, 32'h10001)
        pending <= pending & ~{gone[16], gone[0]} | done;
        aborted <= {ended[16], ended[0]};
        if (c_start[CORE]) half[CORE] <= mode[1];
        if (c_start[SHARED]) half[SHARED] <= mode[1];
        if (c_valid) request <= c_status;
        if (c_start != 0) is_shared <= c_start[SHARED];
        if (rst) begin
            logits <= 0; labels <= 0; gradient <= 0; length <= 0; core_mask <= 0; mode <= 0;
            enable <= 0; pending <= 0; aborted <= 0; half <= 0; is_shared <= 0;
            request <= 0;
        end
    end
    // What registers read, by docs/registers.md: first the constants of the platform. VERSION is
    // whatever it is, so that a new version needs no new proof (tests/rtl/control looks at it).
    localparam ID = 32'h53434547, CAPABILITIES = 32'h00000301, WIDTHS = 32'h00400040,
        UNREAD = 32'b0;
    wire [31:0] VERSION = h_common[63:32],
        busy_bits = {15'b0, busy[SHARED], 15'b0, busy[CORE]},
        pending_bits = {15'b0, pending[SHARED], 15'b0, pending[CORE]};
    wire [511:0] registers = {UNREAD, pending_bits, enable, busy_bits, 26'b0, request, UNREAD, mode,
        core_mask, length, gradient, labels, logits, WIDTHS, CAPABILITIES, VERSION, ID};
    wire [1:0] half_now = {c_start[SHARED] ? mode[1] : half[SHARED],
        c_start[CORE] ? mode[1] : half[CORE]};
    wire shared_now = c_start == 0 ? is_shared : c_start[SHARED];
    wire [31:0] bytes = mode[1] ? {length[30:0], 1'b0} : {length[29:0], 2'b0};
    wire starting = w_valid & (index == START) & strb[0] & data[0];
    reg [2:0] w_waiting, r_waiting;
    reg [161:0] request_was;
    always @(posedge clk) begin
        w_waiting <= rst | !w_valid | h_w_ready ? 0 : w_waiting + 1;
        r_waiting <= rst | !sent | h_d_valid ? 0 : r_waiting + 1;
        request_was <= h_request;
    end
    always @* if (started) begin
        assert (h_request == {mode[1:0], core_mask, length, gradient, labels, logits});
        assert ({start, job} == {c_start, mode[1], core_mask[0], bytes, gradient, labels, logits});
        // What the checker is told of the units, so that a job has its cores to itself.
        assert ({h_shared_cores, h_shared_busy, h_cores_busy} == {shared_now, busy});
        assert (h_check == (starting & (ago == 0)));            // one check for each START
        assert ((ago == 0) | (starting & (h_request == request_was)));  // of what is held
        assert (h_w_ready == (!starting | c_valid));
        assert (w_waiting < 5);                                 // a write is taken in five cycles
        assert (!r_valid | h_r_ready);                          // a read at once,
        assert (!h_d_valid | sent);                             // and answered once,
        assert (r_waiting < 3);                                 // in three cycles
        assert (h_pending == pending);
        assert (h_enable == enable);
        assert (h_common == registers);                         // what a read gives,
        assert ({h_half_1, h_half_0} == half_now);              // and how it counts elements
        assert (!w_valid | (h_error == !mapped(index)));
        assert (irq == |({pending[1], 15'b0, pending[0]} & {enable[16], 15'b0, enable[0]}));
        assert (abort == aborted);
        assert (core_shared == shared_now);
        assert (core_format == (c_start != 0 ? mode[1] : is_shared ? half[SHARED] : half[CORE]));
    end
    always @* if (started) begin
        cover (c_valid & (c_start == 2) & core_format & (logits == 32'h80001240));
        cover (irq & (pending == 2) & (aborted == 1));
        cover (h_d_valid & starting & (ago == 4));
        cover (taken & h_error);
    end
endmodule
