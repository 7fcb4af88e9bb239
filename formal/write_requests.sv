// WriteRequests: AW stable, each burst as the planner lists it and as soon as it may be issued, one
// permit for each, at most 32 outstanding, nothing new after `halt`; a response is that of the next
// burst, and the array is finished with the last one.
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
    // There is a place for what is complete (write_buffer).
    always @* assume (!complete | (h_waiting < BUFFER_BEATS));

    // The write buffer and both planners here walk one list, each at its own pace (planner_same).
    // It has some number of bursts, the last of them with `last`; one of them, any, is watched.
    (* anyconst *) wire [31:0] bursts, which;
    reg [41:0] watched;
    always @(posedge clk) if (h_issue & (issued == which)) watched <= h_burst;
    always @* assume (bursts != 0);
    always @* assume (!complete | (completes < bursts));
    always @* assume (!started | (h_planned == (begun & (issued < bursts))));
    always @* assume (!h_planned | (h_burst[41] == (issued == bursts - 1)));
    always @* assume (!(answered == which) | !(issued > which) | (h_answered == watched));

    reg aw_was, ready_was, halt_was, issue_was, idle_was, finished_was;
    reg [45:0] aw_before;
    reg [41:0] burst_was;
    reg [31:0] issued, permits, completes, answered;
    reg [5:0] open, accepted;  // announced; taken by the memory; both without a response
    reg late;        // the permit of the burst before: its two beats leave the buffer in two cycles
    reg all_issued;  // the last burst is announced
    reg b_was, fault_was;
    reg [2:0] b_before;
    reg [32:0] fault_before;
    reg of_watched;  // the response in the cycle before was that of the burst under watch
    always @(posedge clk) begin
        aw_was <= aw_valid; ready_was <= aw_ready; aw_before <= aw; halt_was <= halt;
        issue_was <= h_issue & !rst; burst_was <= h_burst;
        late <= !rst & h_issue & (h_burst[39:32] == 1);
        if (h_issue & h_burst[41]) all_issued <= 1;
        idle_was <= idle & !rst; finished_was <= finished & !rst;
        b_was <= b_valid & !rst; b_before <= b;
        fault_was <= fault & !rst; fault_before <= fault_payload;
        of_watched <= b_valid & !rst & (answered == which);
        open <= open + h_issue - b_valid;
        accepted <= accepted + (aw_valid & aw_ready) - b_valid;
        issued <= issued + h_issue; permits <= permits + permit; completes <= completes + complete;
        answered <= answered + h_next;
        if (rst) begin
            aw_was <= 0; open <= 0; accepted <= 0; issued <= 0; permits <= 0; completes <= 0;
            answered <= 0; all_issued <= 0;
        end
    end
    // The next burst is issued in this cycle: it is complete, AW is free, and 32 are the most.
    wire due = (complete | (completes != issued)) & !aw_valid & !halt & (open != 32);
    always @* if (started) begin
        assert (!(aw_was & !ready_was) | (aw_valid & (aw == aw_before)));
        assert (!(aw_valid & !(aw_was & !ready_was)) | issue_was);  // new only when issued
        assert (!issue_was | (aw_valid & (at == {burst_was[31:LANE], {LANE{1'b0}}})
            & (len == burst_was[39:32])));
        assert (!(aw_valid & halt_was) | (aw_was & !ready_was));    // nothing new after halt
        assert (h_issue == due);                                    // as soon as it may
        assert (!h_issue | h_planned);                              // what is issued is in the list
        assert ((open <= 32) & (accepted <= 32));
        assert (accepted + aw_valid == open);
        assert (issued - permits == late);                          // one permit for each
        assert (permit == (late | (h_issue & (h_burst[39:32] != 1))));
        assert (completes - issued == h_waiting);                   // none before it is complete
        assert (h_waiting <= BUFFER_BEATS);
        assert (idle == (open == 0));
        assert (finished == ((open == 0) & all_issued));
        // Each response takes one burst from the list that tells the address of an error.
        assert (issued - answered == open);
        assert (fault_was == (b_was & b_before[2]));
        assert (!fault_was | (fault_before[32] == b_before[1]));
        assert (!(fault_was & of_watched) | (fault_before[31:0] == watched[31:0]));
        // What dma_control takes for granted.
        assert (begun | (idle & !finished & !fault));
        assert (!fault | !idle);
        assert (!finished_was | finished);
        assert (!(halt_was & idle_was) | (idle & !fault));
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (h_outstanding == open);
        assert (h_late == late);
        assert (h_all_issued == all_issued);
        assert (all_issued == (issued == bursts));
        assert ((answered <= issued) & (issued <= completes) & (completes <= bursts));
        assert (begun | (!aw_valid & (completes == 0)));
    end
    always @* if (started) begin
        cover (finished & (issued == 2));
        cover (fault & (open == 2) & aw_valid);
        cover (fault_was & of_watched & (which == 1) & b_before[1]);
        cover (h_waiting == 3);
    end
endmodule
