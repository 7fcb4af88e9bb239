// A stand-in for the design in tests of the simulator: the ports and the register offsets of a one-core top that copies logits to gradient.
// Addresses must be multiples of the bus width; lengths are free.
`ifndef SHARED_BITS
`define SHARED_BITS 64
`endif

module copy_engine #(parameter BITS = 64, parameter BYTES = BITS / 8, parameter SIZE = $clog2(BYTES)) (
    input clk, input rst, input start, input [31:0] source, input [31:0] target, input [31:0] size,
    output reg busy, output reg done, output reg [7:0] status, output reg [31:0] fault, output reg [31:0] cycles,
    output [0:0] awid, output [31:0] awaddr, output [7:0] awlen, output [2:0] awsize, output [1:0] awburst, output awlock,
    output [3:0] awcache, output [2:0] awprot, output awvalid, input awready,
    output [BITS-1:0] wdata, output [BYTES-1:0] wstrb, output wlast, output wvalid, input wready,
    input [0:0] bid, input [1:0] bresp, input bvalid, output bready,
    output [0:0] arid, output [31:0] araddr, output [7:0] arlen, output [2:0] arsize, output [1:0] arburst, output arlock,
    output [3:0] arcache, output [2:0] arprot, output arvalid, input arready,
    input [0:0] rid, input [BITS-1:0] rdata, input [1:0] rresp, input rlast, input rvalid, output rready);

  // Beats of the whole job, and of the burst that begins at beat n: up to the next multiple of 16 beats from the source on.
  reg [31:0] total, issued, addressed, received, written, answered, bursts;
  reg [31:0] src, dst;
  reg [BYTES-1:0] tail;
  function [31:0] burst(input [31:0] n);
    burst = (total - n) < (16 - (n & 15)) ? (total - n) : (16 - (n & 15));
  endfunction

  reg [BITS-1:0] fifo [0:63];
  assign arvalid = busy && issued != total && (issued - written) <= 48;
  assign araddr = src + issued * BYTES;
  assign arlen = burst(issued) - 1;
  assign awvalid = busy && addressed != issued;
  assign awaddr = dst + addressed * BYTES;
  assign awlen = burst(addressed) - 1;
  assign wvalid = busy && written != received && written < addressed;
  assign wdata = fifo[written[5:0]];
  assign wlast = (written & 15) == 15 || written + 1 == total;
  assign wstrb = written + 1 == total ? tail : {BYTES{1'b1}};
  assign {rready, bready} = 2'b11;
  assign {arid, awid} = 2'b00;
  assign {arsize, awsize} = {2{SIZE[2:0]}};
  assign {arburst, awburst} = 4'b0101;
  assign {arlock, awlock, arcache, awcache, arprot, awprot} = 16'd0;

  always @(posedge clk) begin
    done <= 0;
    if (busy) cycles <= cycles + 1;
    if (arvalid && arready) issued <= issued + burst(issued);
    if (awvalid && awready) begin
      addressed <= addressed + burst(addressed);
      bursts <= bursts + 1;
    end
    if (rvalid) begin
      fifo[received[5:0]] <= rdata;
      received <= received + 1;
      if (rresp != 0 && status == 2) begin
        status <= rresp == 2 ? 32 : 33;
        fault <= src + received * BYTES;
      end
    end
    if (wvalid && wready) written <= written + 1;
    if (bvalid) begin
      answered <= answered + 1;
      if (bresp != 0 && status == 2) status <= bresp == 2 ? 34 : 35;
    end
    if (busy && written == total && answered == bursts && addressed == total) begin
      busy <= 0;
      done <= 1;
      if (status == 2) status <= 3;
    end
    if (start && !busy) begin
      {issued, addressed, received, written, answered, bursts, cycles, fault} <= 0;
      src <= source;
      dst <= target;
      total <= (size + BYTES - 1) / BYTES;
      tail <= {BYTES{1'b1}} >> ((BYTES - size % BYTES) % BYTES);
      busy <= 1;
      status <= 2;
    end
    if (rst) begin
      busy <= 0;
      done <= 0;
      status <= 0;
    end
  end
endmodule

`define ENGINE_PORTS(P) \
  .awid(P``_awid), .awaddr(P``_awaddr), .awlen(P``_awlen), .awsize(P``_awsize), .awburst(P``_awburst), .awlock(P``_awlock), \
  .awcache(P``_awcache), .awprot(P``_awprot), .awvalid(P``_awvalid), .awready(P``_awready), .wdata(P``_wdata), .wstrb(P``_wstrb), \
  .wlast(P``_wlast), .wvalid(P``_wvalid), .wready(P``_wready), .bid(P``_bid), .bresp(P``_bresp), .bvalid(P``_bvalid), \
  .bready(P``_bready), .arid(P``_arid), .araddr(P``_araddr), .arlen(P``_arlen), .arsize(P``_arsize), .arburst(P``_arburst), \
  .arlock(P``_arlock), .arcache(P``_arcache), .arprot(P``_arprot), .arvalid(P``_arvalid), .arready(P``_arready), .rid(P``_rid), \
  .rdata(P``_rdata), .rresp(P``_rresp), .rlast(P``_rlast), .rvalid(P``_rvalid), .rready(P``_rready)

`define MANAGER(P, BITS) \
  output [0:0] P``_awid, output [31:0] P``_awaddr, output [7:0] P``_awlen, output [2:0] P``_awsize, output [1:0] P``_awburst, \
  output P``_awlock, output [3:0] P``_awcache, output [2:0] P``_awprot, output P``_awvalid, input P``_awready, \
  output [BITS-1:0] P``_wdata, output [BITS/8-1:0] P``_wstrb, output P``_wlast, output P``_wvalid, input P``_wready, \
  input [0:0] P``_bid, input [1:0] P``_bresp, input P``_bvalid, output P``_bready, \
  output [0:0] P``_arid, output [31:0] P``_araddr, output [7:0] P``_arlen, output [2:0] P``_arsize, output [1:0] P``_arburst, \
  output P``_arlock, output [3:0] P``_arcache, output [2:0] P``_arprot, output P``_arvalid, input P``_arready, \
  input [0:0] P``_rid, input [BITS-1:0] P``_rdata, input [1:0] P``_rresp, input P``_rlast, input P``_rvalid, output P``_rready

module scegrad_copier (
    input clk, input rst, output irq,
    input [11:0] s_axil_awaddr, input [2:0] s_axil_awprot, input s_axil_awvalid, output s_axil_awready,
    input [31:0] s_axil_wdata, input [3:0] s_axil_wstrb, input s_axil_wvalid, output s_axil_wready,
    output [1:0] s_axil_bresp, output reg s_axil_bvalid, input s_axil_bready,
    input [11:0] s_axil_araddr, input [2:0] s_axil_arprot, input s_axil_arvalid, output s_axil_arready,
    output reg [31:0] s_axil_rdata, output [1:0] s_axil_rresp, output reg s_axil_rvalid, input s_axil_rready,
    `MANAGER(m_axi_shared, `SHARED_BITS), `MANAGER(m_axi_l2_0, 64));

  reg [31:0] job [4:9];  // LOGITS to MODE, by word offset
  reg [31:0] enable, pending, request;
  wire [1:0] busy, done;
  wire [7:0] status0, status1;
  wire [31:0] fault0, fault1, cycles0, cycles1;
  wire write = s_axil_awvalid && s_axil_wvalid && !s_axil_bvalid;
  wire read = s_axil_arvalid && !s_axil_rvalid;
  wire [9:0] word = s_axil_awaddr[11:2];
  wire go = write && word == 10 && s_axil_wdata[0];

  assign {s_axil_awready, s_axil_wready} = {2{write}};
  assign s_axil_arready = read;
  assign {s_axil_bresp, s_axil_rresp} = 4'd0;
  assign irq = |(enable & pending);

  copy_engine #(.BITS(`SHARED_BITS)) shared (.clk(clk), .rst(rst), .start(go && !job[9][0]), .source(job[4]), .target(job[6]),
    .size(job[7] << 2), .busy(busy[0]), .done(done[0]), .status(status0), .fault(fault0), .cycles(cycles0), `ENGINE_PORTS(m_axi_shared));
  copy_engine #(.BITS(64)) private_ (.clk(clk), .rst(rst), .start(go && job[9][0]), .source(job[4]), .target(job[6]),
    .size(job[7] << 2), .busy(busy[1]), .done(done[1]), .status(status1), .fault(fault1), .cycles(cycles1), `ENGINE_PORTS(m_axi_l2_0));

  always @(posedge clk) begin
    if (s_axil_bready) s_axil_bvalid <= 0;
    if (s_axil_rready) s_axil_rvalid <= 0;
    pending <= (pending & ~(write && word == 14 ? s_axil_wdata : 0)) | {15'd0, done[0], 15'd0, done[1]};
    if (write) begin
      s_axil_bvalid <= 1;
      if (word >= 4 && word <= 9) job[word[3:0]] <= s_axil_wdata;
      if (word == 13) enable <= s_axil_wdata;
      if (go) request <= busy[!job[9][0]] ? 23 : 1;
    end
    if (read) begin
      s_axil_rvalid <= 1;
      casez (s_axil_araddr[11:2])
        10'h000: s_axil_rdata <= 32'h53434547;
        10'h001: s_axil_rdata <= 32'h00000100;
        10'h002: s_axil_rdata <= 32'h00000101;
        10'h003: s_axil_rdata <= {16'd64, 16'd`SHARED_BITS};
        10'h00B: s_axil_rdata <= request;
        10'h00C: s_axil_rdata <= {15'd0, busy[0], 15'd0, busy[1]};
        10'h00D: s_axil_rdata <= enable;
        10'h00E: s_axil_rdata <= pending;
        10'h040: s_axil_rdata <= status0;
        10'h041: s_axil_rdata <= fault0;
        10'h042: s_axil_rdata <= cycles0;
        10'h080: s_axil_rdata <= status1;
        10'h081: s_axil_rdata <= fault1;
        10'h082: s_axil_rdata <= cycles1;
        default: s_axil_rdata <= s_axil_araddr[11:2] >= 4 && s_axil_araddr[11:2] <= 9 ? job[s_axil_araddr[5:2]] : 0;
      endcase
    end
    if (rst) begin
      s_axil_bvalid <= 0;
      s_axil_rvalid <= 0;
      {enable, pending, request} <= 0;
    end
  end
endmodule
