// WriteRequests: AW stable, each burst as the planner lists it, one permit for each, at most 32
// outstanding, nothing new after `halt`; a response is that of the next burst.
module write_requests #(parameter `SIZES, localparam LANE = $clog2(DATA_BITS / 8),
    WAITING = $clog2(BUFFER_BEATS + 1))
    (input clk, input rst, input start, input [31:0] address, input [31:0] last_byte, input halt,
    input complete, input aw_ready, input b_valid, input [2:0] b);
    wire aw_valid, permit, idle, finished, fault;
    wire [45:0] aw;
    wire [32:0] fault_payload;
    wire h_issue, h_planned, h_all_issued, h_late, h_next;
    wire [41:0] h_burst, h_answered;
    wire [WAITING-1:0] h_waiting;
    wire [5:0] h_outstanding;
    unit u(.clk(clk), .rst(rst), .start(start), .address(address), .last_byte(last_byte),
        .halt(halt), .complete(complete), .aw__valid(aw_valid), .aw__ready(aw_ready),
        .aw__payload(aw), .b__valid(b_valid), .b__ready(b_ready), .b__payload(b), .permit(permit),
        .idle(idle), .finished(finished), .faults__valid(fault), .faults__payload(fault_payload),
        .h_issue(h_issue), .h_planned(h_planned), .h_burst(h_burst), .h_waiting(h_waiting),
        .h_outstanding(h_outstanding), .h_all_issued(h_all_issued), .h_late(h_late),
        .h_answered(h_answered), .h_next(h_next));
    wire b_ready;
    wire [31:0] at = aw[32:1];
    wire [7:0] len = aw[40:33];

    `include "reset.svh"
    // Dma resets the unit between jobs: one start, before anything else, and no response unasked.
    reg begun;
    always @(posedge clk) begun <= !rst & (begun | start);
    always @* assume (!start | (!rst & !begun));
    always @* assume (!complete | begun);
    always @* assume (!b_valid | (accepted != 0));
    // What is complete is a burst of the same list (planner_same), and there is a place for it.
    always @* assume (!complete | (h_waiting < BUFFER_BEATS));
    always @* assume (!h_issue | h_planned);
    // A burst whose beats are all in needs two cycles for two of them.
    reg aw_was, ready_was, halt_was, issue_was, complete_was;
    reg [45:0] aw_before;
    reg [41:0] burst_was;
    reg [31:0] issued, permits, completes, answered;
    reg [5:0] open, accepted;  // announced; taken by the memory; both without a response
    always @(posedge clk) begin
        aw_was <= aw_valid; ready_was <= aw_ready; aw_before <= aw; halt_was <= halt;
        issue_was <= h_issue & !rst; burst_was <= h_burst;
        open <= open + h_issue - b_valid;
        accepted <= accepted + (aw_valid & aw_ready) - b_valid;
        issued <= issued + h_issue; permits <= permits + permit; completes <= completes + complete;
        answered <= answered + h_next;
        if (rst) begin
            aw_was <= 0; open <= 0; accepted <= 0; issued <= 0; permits <= 0; completes <= 0;
            answered <= 0;
        end
    end
    always @* if (started) begin
        assert (!(aw_was & !ready_was) | (aw_valid & (aw == aw_before)));
        assert (!(aw_valid & !(aw_was & !ready_was)) | issue_was);  // new only when issued
        assert (!issue_was | (aw_valid & (at == {burst_was[31:LANE], {LANE{1'b0}}})
            & (len == burst_was[39:32])));
        assert (!(aw_valid & halt_was) | (aw_was & !ready_was));    // nothing new after halt
        assert ((open <= 32) & (accepted <= 32));
        assert (accepted + aw_valid == open);
        assert (issued - permits == h_late);                        // one permit for each
        assert (completes - issued == h_waiting);                   // none before it is complete
        assert (h_waiting <= BUFFER_BEATS);
        assert (idle == (open == 0));
        assert (!finished | ((open == 0) & !aw_valid & h_all_issued));
        // Each response takes one burst from the list that tells the address of an error.
        assert (issued - answered == open);
    end
    always @* if (started) begin
        assert (h_outstanding == open);
    end
    always @* if (started) begin
        cover (finished & (issued == 2));
        cover (fault & (open == 2) & aw_valid);
        cover (h_waiting == 3);
    end
endmodule
