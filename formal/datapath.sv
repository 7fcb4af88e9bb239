// Datapath (fp32, room for 4 chunks) around any lane that keeps order, and before a buffer that
// does (fifo.sv): element j of the chunks goes into the lane as its j-th, the lane's j-th result is
// element j of the results, and no more are under way than there is room for. What a lane computes
// is left open, and which half of a chunk the first of two results is: the Verilog has no name for
// the chunk.
module datapath(input clk, input rst, input half, input valid, input [127:0] chunk, input ready,
    input lane_valid, input [31:0] lane_result, input f_freed);
    wire take, h_feed, h_push, h_second, h_waiting;
    wire [63:0] h_operands, result_chunk = {h_high, h_first};
    wire [31:0] h_high, h_first;
    wire [2:0] h_room;
    unit u(.clk(clk), .rst(rst), .half(half), .operands__valid(valid), .operands__ready(take),
        .operands__payload(chunk), .gradients__valid(), .gradients__ready(ready),
        .gradients__payload(), .lane_valid(lane_valid), .lane_result(lane_result),
        .f_freed(f_freed), .h_feed(h_feed), .h_operands(h_operands), .h_push(h_push),
        .h_high(h_high), .h_second(h_second), .h_waiting(h_waiting), .h_first(h_first),
        .h_room(h_room));

    `include "reset.svh"
    // Chunks taken, elements fed and come out, chunks of results pushed and gone.
    reg [31:0] taken, fed, out, pushed, left;
    always @(posedge clk) begin
        taken <= rst ? 0 : taken + (valid & take);
        fed <= rst ? 0 : fed + h_feed;
        out <= rst ? 0 : out + lane_valid;
        pushed <= rst ? 0 : pushed + h_push;
        left <= rst ? 0 : left + f_freed;
    end
    always @* assume (!rst | !valid);
    // `half` changes when nothing is under way. A chunk of the other format is not for this lane;
    // what is said of fp32 is said until one comes.
    reg half_was, other_was;
    wire other = other_was | (half & valid);
    always @(posedge clk) begin half_was <= half; other_was <= other & !rst; end
    always @* assume ((half == half_was) | (fed == {left[30:0], 1'b0}));
    always @* assume (taken < 32'h7ffffff0);
    // An offer stays until it is taken; the lane gives a result for each pair; what leaves was
    // there.
    reg was;
    reg [127:0] chunk_was;
    always @(posedge clk) begin was <= valid & !take & !rst; chunk_was <= chunk; end
    always @* assume (!was | (valid & (chunk == chunk_was)));
    always @* assume (!lane_valid | (!rst & (out < fed)));
    always @* assume (!f_freed | (!rst & (left < pushed)));

    // Element j has these operands, and the lane gives this result of them, whatever it is.
    (* anyconst *) wire [31:0] j;
    (* anyconst *) wire [63:0] operands;  // {label, logit}
    (* anyconst *) wire [31:0] result;
    wire [6:0] at = {1'b0, j[0], 5'b0};
    always @* assume (!(valid & (taken == {1'b0, j[31:1]}))
        | ({chunk[64 + at +: 32], chunk[at +: 32]} == operands));
    always @* assume (!(lane_valid & (out == j)) | (lane_result == result));

    always @* if (started) assert (!(h_feed & half));
    always @* if (started & !other) begin
        assert (!(h_feed & (fed == j)) | (h_operands == operands));
        assert (!(h_push & (pushed == {1'b0, j[31:1]})) | (result_chunk[at[5:0] +: 32] == result));
        assert (!h_feed | valid);
        assert (take == (h_feed & fed[0]));                     // a chunk is two elements
        assert ({1'b0, fed[31:1]} == taken);
        assert (!h_push | lane_valid);                          // of two results
        assert ({1'b0, out[31:1]} == pushed);
        assert (taken - left <= 4);                             // there is room for every result
        assert (!valid | h_feed | (taken - left == 4));         // and it stops for nothing else
    end
    // What makes it inductive.
    always @* if (started & !other) begin
        assert (!half | (fed == {left[30:0], 1'b0}));
        assert ((out <= fed) & (left <= pushed));
        assert (h_second == fed[0]);
        assert (h_waiting == out[0]);
        assert ({29'b0, h_room} == 4 - taken + left);
        assert (!(out == j + 1) | !out[0] | (h_first == result));
        assert (!h_second | (taken - left < 4));
    end
    always @* if (started) begin
        cover (h_push & (pushed == 1) & (j == 2) & (fed == 7));
        cover (valid & !h_feed & !other);
        cover (valid & half & !other_was & (left == 1));
    end
endmodule
