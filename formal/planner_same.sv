// Two planners that hold the same state: the one that is asked moves as the other does, whatever
// else is at their inputs, and one that is not asked stays. So their lists of bursts are the same,
// however far each has come: what the write buffer counts, requests announce and responses name is
// one list.
module planner_same(input clk, input rst, input start, input [31:0] address,
                    input [31:0] last_byte, input ready, input late);
    wire valid_a, valid_b;
    wire [41:0] burst_a, burst_b;
    wire [59:0] state_a, state_b;
    // Beside `start` and `ready` nothing reaches the second: its array is another after the start.
    (* anyseq *) wire [31:0] other_address, other_last;
    unit u(.clk(clk), .rst(rst), .start(start), .address(address), .last_byte(last_byte),
        .bursts__valid(valid_a), .bursts__ready(ready), .bursts__payload(burst_a),
        .h_tapered(state_a[59]), .h_blocks_left(state_a[58:33]), .h_final_beat(state_a[32:29]),
        .h_beat(state_a[28:25]), .h_block(state_a[24:0]), .h_offset());
    unit v(.clk(clk), .rst(rst), .start(start), .address(start ? address : other_address),
        .last_byte(start ? last_byte : other_last),
        .bursts__valid(valid_b), .bursts__ready(ready & !late), .bursts__payload(burst_b),
        .h_tapered(state_b[59]), .h_blocks_left(state_b[58:33]), .h_final_beat(state_b[32:29]),
        .h_beat(state_b[28:25]), .h_block(state_b[24:0]), .h_offset());

    `include "reset.svh"
    always @* assume (!start | !rst);
    reg equal_before, late_before, start_before, valid_before;
    reg [41:0] burst_before;
    wire equal = (valid_a == valid_b) & (burst_a == burst_b) & (state_a == state_b);
    always @(posedge clk) begin
        equal_before <= equal & !rst;
        late_before <= late; start_before <= start; valid_before <= valid_b;
        burst_before <= burst_b;
    end
    always @* if (started) begin
        assert (!(equal_before & !late_before) | equal);
        assert (!start_before | equal);
        assert (!(late_before & !start_before) | ((valid_b == valid_before)
            & (burst_b == burst_before)));
    end
    always @* if (started) cover (equal & valid_a & (state_a[58:33] == 1));
endmodule
