// Checker of mt7004 (4 cores, two formats, L2 and AM): for every request, the first reason that
// holds in exact arithmetic, and a start if none does; so what starts is aligned, lies inside one
// memory, overlaps nothing and has its cores to itself.
module job_checker(input clk, input rst, input [161:0] request, input check, input [3:0] cores_busy,
    input shared_busy, input [3:0] shared_cores);
    wire valid;
    wire [5:0] status;
    wire [4:0] start;
    wire [31:0] size;
    wire h_shared_x, h_shared_y, h_shared_g, h_overlap_x, h_overlap_y;
    wire [3:0] h_held_x, h_held_y, h_held_g;
    unit u(.clk(clk), .rst(rst), .request(request), .check(check), .cores_busy(cores_busy),
        .shared_busy(shared_busy), .shared_cores(shared_cores), .valid(valid), .status(status),
        .start(start), .size(size),
        .h_shared_x(h_shared_x), .h_shared_y(h_shared_y), .h_shared_g(h_shared_g),
        .h_held_x(h_held_x), .h_held_y(h_held_y), .h_held_g(h_held_g),
        .h_overlap_x(h_overlap_x), .h_overlap_y(h_overlap_y));
    localparam ACCEPTED = 1, NEGATIVE = 16, MASK = 18, MISALIGNED = 19, OUTSIDE = 20, MIXED = 21,
        OVERLAP = 22, BUSY = 23;
    wire [35:0] logits = request[31:0], labels = request[63:32], gradient = request[95:64];
    wire [31:0] length = request[127:96], core_mask = request[159:128];
    wire is_private = request[160], half = request[161];

    `include "reset.svh"
    // Control asks once at a time and holds the request; nothing else starts a unit meanwhile, so
    // what is busy can only end. The cores of the shared job change in the cycle of the start.
    reg [4:1] ago;  // a check began so many cycles ago
    reg [161:0] request_was;
    reg [4:0] busy_was, busy_mid;
    reg [3:0] cores_were, cores_mid;
    wire [4:0] busy = {shared_busy, cores_busy};
    always @(posedge clk) begin
        ago <= rst ? 0 : {ago[3:1], check};
        request_was <= request; busy_was <= busy; cores_were <= shared_cores;
        if (ago[2]) begin busy_mid <= busy; cores_mid <= shared_cores; end
    end
    always @* assume (!check | (!rst & (ago == 0)));
    always @* assume ((ago == 0) | (request == request_was));
    always @* assume ((ago == 0) | ((busy & ~busy_was) == 0));
    always @* assume ((ago[3:1] == 0) | (shared_cores == cores_were));

    // The memories of docs/memory.md.
    function within(input [35:0] at, input [35:0] past, input [35:0] base, input [35:0] bytes);
        within = (at >= base) & (past <= base + bytes);
    endfunction
    function in_shared(input [35:0] at, input [35:0] past);
        in_shared = within(at, past, 36'h080000000, 36'h080000000)
            | within(at, past, 36'h00c000000, 36'h000400000);
    endfunction
    function in_core(input [35:0] at, input [35:0] past, input [35:0] k);
        in_core = within(at, past, 36'h010800000 + (k << 24), 36'h80000)
            | within(at, past, 36'h010000000 + (k << 24), 36'h80000);
    endfunction
    function [3:0] in_cores(input [35:0] at, input [35:0] past);
        in_cores = {in_core(at, past, 3), in_core(at, past, 2), in_core(at, past, 1),
            in_core(at, past, 0)};
    endfunction
    function crosses(input [35:0] a, input [35:0] b, input [35:0] bytes);
        crosses = (a != b) & (a < b + bytes) & (b < a + bytes);
    endfunction

    wire [35:0] bytes = half ? {4'b0, length[30:0], 1'b0} : {3'b0, length[30:0], 2'b0};
    wire [3:0] held_x = in_cores(logits, logits + bytes), held_y = in_cores(labels, labels + bytes),
        held_g = in_cores(gradient, gradient + bytes), common = held_x & held_y & held_g;
    wire shared_x = in_shared(logits, logits + bytes), shared_y = in_shared(labels, labels + bytes),
        shared_g = in_shared(gradient, gradient + bytes);
    wire [3:0] core = common & -common;  // the lowest
    wire misaligned = logits[0] | labels[0] | gradient[0]
        | !half & (logits[1] | labels[1] | gradient[1]);
    wire outside = !(shared_x | |held_x) | !(shared_y | |held_y) | !(shared_g | |held_g);
    wire mixed = is_private ? core == 0 : !(shared_x & shared_y & shared_g);
    wire overlap_x = crosses(gradient, logits, bytes), overlap_y = crosses(gradient, labels, bytes);
    wire [3:0] taken = busy_mid[3:0] | (busy_mid[4] ? cores_mid : 4'b0);
    wire occupied = is_private ? |(core & taken) : busy_mid[4] | |(core_mask[3:0] & busy_mid[3:0]);
    wire [5:0] expected = length[31] ? NEGATIVE
        : !is_private & ((core_mask == 0) | (core_mask[31:4] != 0)) ? MASK
        : misaligned ? MISALIGNED : outside ? OUTSIDE : mixed ? MIXED
        : overlap_x | overlap_y ? OVERLAP
        : occupied ? BUSY : ACCEPTED;
    // What is due is decided one cycle before the answer, with the searches that the unit has made.
    reg [5:0] due;
    reg [3:0] core_due;
    reg [35:0] bytes_due;
    always @(posedge clk) begin due <= expected; core_due <= core; bytes_due <= bytes; end
    always @* if (started) begin
        assert (!ago[3] | ((h_shared_x == shared_x) & (h_held_x == held_x)));
        assert (!ago[3] | ((h_shared_y == shared_y) & (h_held_y == held_y)));
        assert (!ago[3] | ((h_shared_g == shared_g) & (h_held_g == held_g)));
        assert (!ago[3] | ((h_overlap_x == overlap_x) & (h_overlap_y == overlap_y)));
    end

    always @* if (started) begin
        assert (valid == ago[4]);                               // one answer for each check
        assert (!valid | (status == due));
        assert (start == ((valid & (due == ACCEPTED)) ? (is_private ? core_due : 5'd16)
            : 5'd0));
        assert ((start & (start - 5'd1)) == 0);                 // one unit at most
        assert ((start & busy) == 0);  // that is free, and so are its cores
        assert (!start[4] | ((core_mask[3:0] & cores_busy) == 0));
        assert (!shared_busy | ((start[3:0] & cores_were) == 0));
        assert (!(|start) | ({4'b0, size} == bytes_due));
    end
    always @* if (started) begin
        cover (valid & (status == BUSY) & is_private);
        cover (valid & (status == MISALIGNED) & half);
        cover (start[4] & (length == 32'h1fffffff) & !half);
        cover (start[3] & half & (length != 0) & (gradient[35:12] == 24'h013800));
    end
endmodule
