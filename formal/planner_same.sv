// Two planners that hold the same state: the one that is asked moves as the other does, whatever
// else is at their inputs, and one that is not asked stays. So their lists of bursts are the same,
// however far each has come: what the write buffer counts, requests announce and responses name is
// one list.
module planner_same #(parameter `SIZES, localparam BEAT = $clog2(BURST_BEATS),
    BLOCK = $clog2(DATA_BITS / 8) + BEAT)
    (input clk, input rst, input start, input [31:0] address, input [31:0] last_byte, input ready,
    input late);
    wire valid_a, valid_b;
    wire [41:0] burst_a, burst_b;
    wire tapered_a, tapered_b;
    wire [31-BLOCK:0] left_a, left_b;
    wire [BEAT-1:0] final_a, final_b, beat_a, beat_b;
    wire [31-BLOCK:0] block_a, block_b;
    // Beside `start` and `ready` nothing reaches the second: its array is another after the start.
    (* anyseq *) wire [31:0] other_address, other_last;
    unit u(.clk(clk), .rst(rst), .start(start), .address(address), .last_byte(last_byte),
        .bursts__valid(valid_a), .bursts__ready(ready), .bursts__payload(burst_a),
        .h_tapered(tapered_a), .h_blocks_left(left_a), .h_final_beat(final_a),
        .h_beat(beat_a), .h_block(block_a), .h_offset());
    unit v(.clk(clk), .rst(rst), .start(start), .address(start ? address : other_address),
        .last_byte(start ? last_byte : other_last),
        .bursts__valid(valid_b), .bursts__ready(ready & !late), .bursts__payload(burst_b),
        .h_tapered(tapered_b), .h_blocks_left(left_b), .h_final_beat(final_b),
        .h_beat(beat_b), .h_block(block_b), .h_offset());

    `include "reset.svh"
    always @* assume (!start | !rst);
    reg equal_before, late_before, start_before, valid_before;
    reg [41:0] burst_before;
    wire equal = (valid_a == valid_b) & (burst_a == burst_b) & (tapered_a == tapered_b)
        & (left_a == left_b) & (final_a == final_b) & (beat_a == beat_b) & (block_a == block_b);
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
    always @* if (started) cover (equal & valid_a & (left_a == 1));
endmodule
