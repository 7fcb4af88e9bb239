// Writer, its channel W alone, between a buffer that keeps beats in order (fifo.sv) and requests
// that permit bursts (write_requests.sv): beats go out as they came, once, hold still until they
// are taken, and none goes before its burst may.
module write_beats #(parameter `SIZES, localparam BYTES = DATA_BITS / 8,
    GRANULES = BYTES / GRANULE_BYTES, BEAT = DATA_BITS + GRANULES, LAST = DATA_BITS + BYTES)
    (input clk, input rst, input w_ready, input b_valid, input [BEAT:0] beat, input beat_valid,
    input permit);
    wire w_valid, h_take, h_loaded, h_go;
    wire [LAST:0] w;
    wire [$clog2(BYTES + 1)-1:0] bytes;
    wire [5:0] h_more;
    // The parts that have proofs of their own are cut off: what feeds them is of no account.
    unit u(.clk(clk), .rst(rst), .start(1'b0), .address(32'b0), .last_byte(32'b0), .halt(1'b0),
        .gradients__valid(1'b0), .gradients__payload({DATA_BITS{1'b0}}), .aw__ready(1'b0),
        .b__valid(1'b0), .b__payload(3'b0), .w__valid(w_valid), .w__ready(w_ready),
        .w__payload(w), .w_bytes(bytes), .beat_valid(beat_valid), .beat(beat), .permit(permit),
        .h_take(h_take), .h_loaded(h_loaded), .h_go(h_go), .h_more(h_more));

    `include "reset.svh"
    // Bursts that may go, whose last beat went, and that memory has answered: not before that, and
    // at most 32 are without an answer (write_requests.sv).
    reg [31:0] permits, gone, answered;
    reg [BEAT:0] newest;   // the beat that was taken from the buffer last
    reg inside;          // and is not on its way yet
    wire take = beat_valid & h_take, go = w_valid & w_ready;
    always @(posedge clk) begin
        permits <= rst ? 0 : permits + permit;
        gone <= rst ? 0 : gone + (go & w[LAST]);
        answered <= rst ? 0 : answered + b_valid;
        if (take) newest <= beat;
        inside <= !rst & (take | (inside & !go));
    end
    always @* assume (!b_valid | (answered != gone));
    always @* assume (!permit | (!rst & (permits - answered < 32)));
    reg beat_was, w_was, may_was;
    reg [BEAT:0] beat_before;
    reg [LAST:0] w_before;
    always @(posedge clk) begin
        beat_was <= beat_valid & !h_take & !rst; beat_before <= beat;
        w_was <= w_valid & !w_ready & !rst; w_before <= w;
        may_was <= inside & !go & (permits != gone) & !rst;
    end
    always @* assume (!beat_was | (beat_valid & (beat == beat_before)));

    // Strobes as the newest beat selects granules, and how many bytes these are.
    wire [BYTES-1:0] strb = w[DATA_BITS +: BYTES];
    reg [BYTES-1:0] due;
    reg [31:0] count;
    integer n;
    always @* begin
        count = 0;
        for (n = 0; n < BYTES; n = n + 1) begin
            due[n] = newest[DATA_BITS + n / GRANULE_BYTES];
            count = count + strb[n];
        end
    end
    wire same = (w[DATA_BITS-1:0] == newest[DATA_BITS-1:0]) & (w[LAST] == newest[BEAT]);
    always @* if (started) begin
        assert (!w_was | (w_valid & (w == w_before)));
        assert (!w_valid | (inside & same));
        assert (!w_valid | (strb == due));
        assert (!take | !inside | go);                  // none is lost
        assert (!w_valid | (permits != gone));          // none goes before its burst may
        assert (!may_was | w_valid);                    // and what may go is offered
        assert (bytes == count);
    end
    always @* if (started) begin
        assert (h_loaded == inside);
        assert (!inside | same & (strb == due));
        assert ({26'b0, h_more} == permits - gone - h_go);
        assert ((h_more <= 32) & (permits - gone <= permits - answered)
            & (permits - answered <= 32));
        assert (h_go | (h_more == 0) | (permits - gone <= 1));
    end
    always @* if (started) begin
        cover (w_valid & !w_ready & w_was & (gone == 1) & (permits == 3));
        cover (inside & !w_valid & (gone == 2));
        cover (go & w[LAST] & (permits - gone == 1) & permit);
    end
endmodule
