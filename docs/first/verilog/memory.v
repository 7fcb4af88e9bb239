// SPDX-License-Identifier: Apache-2.0
// 4 KiB of memory behind AXI4 with 64 bits of data. It takes one read burst and one write burst at
// a time, of type INCR with full beats.
module memory (
  input clk, input rst,
  input awid, input [31:0] awaddr, input awvalid, output awready,
  input [63:0] wdata, input [7:0] wstrb, input wlast, input wvalid, output wready,
  output reg bid, output [1:0] bresp, output reg bvalid, input bready,
  input arid, input [31:0] araddr, input [7:0] arlen, input arvalid, output arready,
  output reg rid, output reg [63:0] rdata, output [1:0] rresp, output rlast, output reg rvalid,
  input rready
);
  reg [63:0] words [0:511];
  reg [8:0] write_word, read_word;
  reg writing;
  reg [8:0] left;                     // beats of the read burst that are still to come
  integer i;

  assign bresp = 0, rresp = 0;        // OKAY
  assign awready = !writing && !bvalid;
  assign wready = writing;
  assign arready = left == 0;
  assign rlast = left == 1;

  always @(posedge clk) begin
    if (awvalid && awready) begin
      write_word <= awaddr[11:3];
      bid <= awid;
      writing <= 1;
    end
    if (wvalid && wready) begin
      for (i = 0; i < 8; i = i + 1)
        if (wstrb[i]) words[write_word][8 * i +: 8] <= wdata[8 * i +: 8];
      write_word <= write_word + 1;
      if (wlast) writing <= 0;
      if (wlast) bvalid <= 1;
    end
    if (bvalid && bready) bvalid <= 0;

    if (arvalid && arready) begin
      rdata <= words[araddr[11:3]];
      read_word <= araddr[11:3] + 1;
      rid <= arid;
      left <= arlen + 1;
      rvalid <= 1;
    end
    if (rvalid && rready) begin
      rdata <= words[read_word];
      read_word <= read_word + 1;
      left <= left - 1;
      rvalid <= left > 1;
    end
    if (rst) {writing, bvalid, rvalid, left} <= 0;
  end
endmodule
