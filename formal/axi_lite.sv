// AxiLite (6-bit addresses): each write and each read is passed on once and answered once, in any
// order of AW and W, whatever waits; what is offered stays; each step comes in the first cycle in
// which it can.
module axi_lite(input clk, input rst, input aw_valid, input [8:0] aw, input w_valid,
    input [35:0] w, input b_ready, input ar_valid, input [8:0] ar, input r_ready,
    input writes_ready, input write_error, input reads_ready, input read_data_valid,
    input [32:0] read_data);
    wire aw_ready, w_ready, b_valid, ar_ready, r_valid, writes_valid, reads_valid, read_data_ready;
    wire [1:0] b;
    wire [33:0] r;
    wire [39:0] writes;
    wire [3:0] reads;
    unit u(.clk(clk), .rst(rst), .axil__aw__valid(aw_valid), .axil__aw__ready(aw_ready),
        .axil__aw__payload(aw), .axil__w__valid(w_valid), .axil__w__ready(w_ready),
        .axil__w__payload(w), .axil__b__valid(b_valid), .axil__b__ready(b_ready),
        .axil__b__payload(b), .axil__ar__valid(ar_valid), .axil__ar__ready(ar_ready),
        .axil__ar__payload(ar), .axil__r__valid(r_valid), .axil__r__ready(r_ready),
        .axil__r__payload(r), .writes__valid(writes_valid), .writes__ready(writes_ready),
        .writes__payload(writes), .write_error(write_error), .reads__valid(reads_valid),
        .reads__ready(reads_ready), .reads__payload(reads), .read_data__valid(read_data_valid),
        .read_data__ready(read_data_ready), .read_data__payload(read_data));

    `include "reset.svh"

    // Writes: an address and data that came and were not passed on; an answer that is due.
    reg have_aw, have_w, due, due_error;
    reg [3:0] index;
    reg [35:0] value;
    wire passed = writes_valid & writes_ready;
    always @(posedge clk) begin
        have_aw <= aw_valid & aw_ready | have_aw & !passed;
        have_w <= w_valid & w_ready | have_w & !passed;
        due <= passed | due & !(b_valid & b_ready);
        if (aw_valid & aw_ready) index <= aw[5:2];
        if (w_valid & w_ready) value <= w;
        if (passed) due_error <= write_error;
        if (rst) begin have_aw <= 0; have_w <= 0; due <= 0; end
    end
    // Reads: one that came and was not passed on; was, and has no data; has data.
    reg asked, sent, found;
    reg [3:0] place;
    reg [32:0] answer;
    wire told = read_data_valid & read_data_ready;
    always @(posedge clk) begin
        asked <= ar_valid & ar_ready | asked & !reads_ready;
        sent <= asked & reads_ready | sent & !told;
        found <= told | found & !r_ready;
        if (ar_valid & ar_ready) place <= ar[5:2];
        if (told) answer <= read_data;
        if (rst) begin asked <= 0; sent <= 0; found <= 0; end
    end
    always @* assume (!read_data_valid | sent);  // Readout answers what it took, once

    always @* if (started) begin
        assert (writes_valid == (have_aw & have_w & !due));     // each pair is passed on once
        assert (!have_aw | (writes[3:0] == index));
        assert (!have_w | (writes[39:4] == value));
        assert (aw_ready == !have_aw);                          // none is lost, none waits for W
        assert (w_ready == !have_w);
        assert (b_valid == due);                                // one answer, until it is taken
        assert (!b_valid | (b == (due_error ? 2'b10 : 2'b00)));
        assert (ar_ready == !(asked | sent | found));
        assert (reads_valid == asked);
        assert (!reads_valid | (reads == place));
        assert (!sent | read_data_ready);                       // its data are taken at once
        assert (r_valid == found);
        assert (!r_valid | (r == {answer[32] ? 2'b10 : 2'b00, answer[31:0]}));
        assert (asked + sent + found <= 1);
    end
    // Both directions under way, an answer held back while the next write waits.
    always @* if (started) begin
        cover (b_valid & !b_ready & have_aw & have_w & found & !r_ready);
        cover (have_w & !have_aw & due & due_error);
    end
endmodule
