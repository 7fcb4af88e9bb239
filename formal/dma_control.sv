// Dma, its control alone: reader and writer are cut off and do what their own proofs say of them. A
// job ends once, with the status of what came first; a failed or aborted one with nothing in
// flight. Reader and writer get the arrays of the job, and each counter its event.
module dma_control #(
    parameter IDLE = 0, parameter RUNNING = 2, parameter DONE = 3, parameter READ_SLVERR = 32,
    parameter WRITE_SLVERR = 34, parameter ABORTED = 48
) (input clk, input rst, input start, input [127:0] job, input abort,
    input r_idle, input r_fault, input [32:0] r_payload,
    input w_idle, input w_finished, input w_fault, input [32:0] w_payload,
    input ar_ready, input aw_ready, input w_ready, input r_valid, input [67:0] r, input b_valid,
    input [2:0] b, input o_ready, input g_valid, input [63:0] g);
    wire busy, done, flush;
    wire [5:0] status;
    wire [31:0] fault_address;
    wire h_start, h_clear, h_halt, h_pending;
    wire ar_valid, aw_valid, w_valid, o_valid;
    wire [72:0] w;
    wire [127:0] h_job;
    wire [32:0] h_last_byte;
    wire [255:0] counts;
    wire [5:0] h_outcome;
    unit u(.clk(clk), .rst(rst), .start(start), .job(job), .abort(abort), .busy(busy), .done(done),
        .flush(flush), .status(status), .fault_address(fault_address),
        .r_idle(r_idle), .r_fault(r_fault), .r_payload(r_payload), .w_idle(w_idle),
        .w_finished(w_finished), .w_fault(w_fault), .w_payload(w_payload),
        .axi__ar__valid(ar_valid), .axi__ar__ready(ar_ready), .axi__r__valid(r_valid),
        .axi__r__payload(r), .axi__b__valid(b_valid), .axi__b__payload(b),
        .gradients__valid(g_valid), .gradients__payload(g),
        .axi__aw__valid(aw_valid), .axi__aw__ready(aw_ready), .axi__w__valid(w_valid),
        .axi__w__ready(w_ready), .axi__w__payload(w), .operands__valid(o_valid),
        .operands__ready(o_ready), .counters(counts),
        .h_start(h_start), .h_clear(h_clear), .h_halt(h_halt), .h_pending(h_pending),
        .h_outcome(h_outcome), .h_job(h_job), .h_last_byte(h_last_byte));
    wire [31:0] size = job[127:96];

    `include "reset.svh"

    // What reader and writer do: see read_requests.sv and write_requests.sv.
    reg launched;     // since the start of reader and writer
    reg idle_halted;  // nothing was in flight while `halt` was high, so nothing will be
    reg was_finished;
    always @(posedge clk) begin
        launched <= !rst & !h_clear & (launched | h_start);
        idle_halted <= h_halt & r_idle & w_idle & !rst;
        was_finished <= w_finished & !h_clear & !rst;
    end
    always @* assume (launched | (r_idle & w_idle & !w_finished & !r_fault & !w_fault));
    always @* assume (!idle_halted | (r_idle & w_idle & !r_fault & !w_fault));
    always @* assume (!w_finished | w_idle);
    always @* assume (!w_fault | !w_idle);
    always @* assume (!r_fault | !r_idle);
    always @* assume (!was_finished | w_finished);  // finished stays until it is cleared

    // All results are written, so all operands have come.
    always @* assume (!w_finished | r_idle);

    // What the job has come to, as the contract says it.
    reg running, cut, empty, begun, any;  // any: a job began since the reset
    reg [5:0] outcome, outcome_was;
    reg [31:0] fault;
    reg [2:0] over;  // cycles in which the job could have ended and did not
    wire could_end = begun & (cut ? r_idle & w_idle : empty | w_finished);
    wire taken = start & (!running | done);
    always @(posedge clk) begin
        outcome_was <= outcome;
        begun <= running & !taken;
        over <= running & !done & could_end ? over + 1 : 0;
        if (rst) begin
            running <= 0; cut <= 0; fault <= 0; outcome <= DONE; over <= 0; any <= 0;
        end else if (taken) begin
            running <= 1; cut <= 0; fault <= 0; empty <= size == 0; outcome <= DONE; over <= 0;
            any <= 1;
        end else if (done) begin
            running <= 0;
        end else if (running & !cut & (r_fault | w_fault)) begin
            cut <= 1;
            outcome <= r_fault ? READ_SLVERR + r_payload[32] : WRITE_SLVERR + w_payload[32];
            fault <= r_fault ? r_payload[31:0] : w_payload[31:0];
        end else if (running & !cut & abort & !ends) begin
            cut <= 1;
            outcome <= ABORTED;
        end
    end
    // The last busy cycle of a job that was not cut short: it is complete, whatever comes in it.
    reg first;  // the first busy cycle, the last of a job of no bytes
    always @(posedge clk) first <= taken & !rst;
    wire ends = !cut & (empty ? first : w_finished);

    reg busy_was, start_was, flush_was, idle_was, clear_was;
    always @(posedge clk) begin
        busy_was <= busy & !rst; start_was <= start & !rst; flush_was <= flush & !rst;
        idle_was <= r_idle & w_idle; clear_was <= h_clear & !rst;
    end
    always @* if (started) begin
        assert (!(start_was & !busy_was) | busy);           // busy from the cycle after start
        assert (done == (busy_was & !busy));                // done once, when busy falls
        assert (running == (busy | done));
        assert (busy | !flush);
        assert (flush == (cut & busy));
        assert (!busy | (status == RUNNING));
        assert (busy | (status == (any ? outcome : IDLE))); // until the next job begins
        assert (fault_address == fault);
        assert (!(done & cut) | (r_idle & w_idle & idle_was));  // nothing is in flight
        assert (!(done & cut) | clear_was);                 // its leftovers are out of the buffers
        assert (!(done & !cut) | empty | was_finished);     // all is written, or nothing to do
        assert (over < 4);                                  // it ends soon after it can
        assert (!(h_start & empty));                        // a job of no bytes asks for nothing
        assert (busy | h_clear);                            // between jobs both are held in reset
    end
    always @* if (started) begin
        assert (!busy | (h_outcome == outcome));
        assert (!(busy & empty) | first);
        assert (any | (!running & (fault == 0)));
    end

    // The job that was taken, as reader and writer see it while they work.
    reg [127:0] job_is;
    always @(posedge clk) if (taken) job_is <= job;
    always @* if (started) begin
        assert (!busy | (h_job == job_is));
        assert (!busy | (h_last_byte == {1'b0, job_is[127:96]} - 33'd1));
    end

    // The counters of the contract, each a cycle late but the cycles (counters.sv).
    wire working = busy & !flush;
    wire [5:0] events = {working & ar_valid & !ar_ready, working & o_valid & !o_ready,
        working & (aw_valid & !aw_ready | w_valid & !w_ready), working & !o_valid & h_pending,
        w_valid & w_ready, busy & r_valid};
    wire [3:0] bytes = w_valid & w_ready
        ? w[64] + w[65] + w[66] + w[67] + w[68] + w[69] + w[70] + w[71] : 0;
    reg [5:0] seen;
    reg [3:0] sent;
    reg [31:0] cycles, total;  // total: with the bytes of the cycle before
    reg [31:0] count [0:5];
    integer i;
    always @(posedge clk) begin
        seen <= events; sent <= bytes;
        cycles <= cycles + busy; total <= total + bytes;
        for (i = 0; i < 6; i = i + 1) count[i] <= count[i] + seen[i];
        if (rst | (start & !busy)) begin
            cycles <= 0; total <= bytes;
            for (i = 0; i < 6; i = i + 1) count[i] <= 0;
        end
        if (rst) begin seen <= 0; sent <= 0; total <= 0; end
    end
    always @* if (started) begin
        assert (counts[31:0] == cycles);
        assert (counts[63:32] + sent == total);
        assert (counts[95:64] == count[0]);
        assert (counts[127:96] == count[1]);
        assert (counts[159:128] == count[2]);
        assert (counts[191:160] == count[3]);
        assert (counts[223:192] == count[4]);
        assert (counts[255:224] == count[5]);
    end
    always @* if (started) begin
        cover (done & (status == ABORTED));
        cover (done & (status == DONE) & !empty);
        cover (done & (status == WRITE_SLVERR + 1) & (fault_address == 32'h80001234));
        cover (done & start);
    end
endmodule
