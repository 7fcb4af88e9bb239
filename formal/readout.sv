// Readout of mt7004 (4 cores, both formats): a read of any word address is answered once, three
// cycles later, with what the table of docs/registers.md has there, and the answer is held until it
// is taken. The registers may have and change to any contents; the answer has those of the cycle
// after the read was taken.
module readout(input clk, input rst, input valid, input [9:0] index, input take,
    input [511:0] common, input [29:0] status, input [159:0] fault, input [1279:0] counters,
    input [4:0] half);
    wire ready, answered;
    wire [32:0] answer;
    wire [1:0] h_steps;
    unit u(.clk(clk), .rst(rst), .reads__valid(valid), .reads__ready(ready),
        .reads__payload(index), .read_data__valid(answered), .read_data__ready(take),
        .read_data__payload(answer), .common(common), .half(half), .h_steps(h_steps),
        .units__0__status(status[5:0]), .units__0__fault_address(fault[31:0]),
        .units__0__counters(counters[255:0]),
        .units__1__status(status[11:6]), .units__1__fault_address(fault[63:32]),
        .units__1__counters(counters[511:256]),
        .units__2__status(status[17:12]), .units__2__fault_address(fault[95:64]),
        .units__2__counters(counters[767:512]),
        .units__3__status(status[23:18]), .units__3__fault_address(fault[127:96]),
        .units__3__counters(counters[1023:768]),
        .units__4__status(status[29:24]), .units__4__fault_address(fault[159:128]),
        .units__4__counters(counters[1279:1024]));
    localparam SHARED = 4, CORES = 4;

    `include "reset.svh"
    `include "registers.svh"
    // AxiLite (axi_lite.sv) has one read open at a time, and holds its address.
    reg open;
    reg [9:0] index_was;
    always @(posedge clk) begin
        open <= !rst & (valid & ready | open & !(answered & take));
        index_was <= index;
    end
    always @* assume (!rst | !valid);
    always @* assume (!(open & valid));
    always @* assume (!open | (index == index_was));

    // What the table has at an address.
    wire [31:0] ID, VERSION, CAPABILITIES, WIDTHS, LOGITS, LABELS, GRADIENT, LENGTH, CORE_MASK,
        MODE, START, REQUEST, BUSY, IRQ_ENABLE, IRQ_PENDING, ABORT;
    assign {ABORT, IRQ_PENDING, IRQ_ENABLE, BUSY, REQUEST, START, MODE, CORE_MASK, LENGTH, GRADIENT,
        LABELS, LOGITS, WIDTHS, CAPABILITIES, VERSION, ID} = common;
    wire is_shared = index[9:4] == 6'h04, is_core = (index[9:4] >= 8) & (index[9:4] < 8 + CORES);
    wire [2:0] unit = is_shared ? SHARED : {1'b0, index[5:4]};
    wire [31:0] cycles, written, read_beats, write_beats, read_data, write, datapath, port;
    assign {port, datapath, write, read_data, write_beats, read_beats, written, cycles} =
        counters[256*unit +: 256];
    reg [31:0] word;
    always @* begin
        word = 0;
        case (index)
            10'h000: word = ID;
            10'h001: word = VERSION;
            10'h002: word = CAPABILITIES;
            10'h003: word = WIDTHS;
            10'h004: word = LOGITS;
            10'h005: word = LABELS;
            10'h006: word = GRADIENT;
            10'h007: word = LENGTH;
            10'h008: word = CORE_MASK;
            10'h009: word = MODE;
            10'h00a: word = START;
            10'h00b: word = REQUEST;
            10'h00c: word = BUSY;
            10'h00d: word = IRQ_ENABLE;
            10'h00e: word = IRQ_PENDING;
            10'h00f: word = ABORT;
        endcase
        if (is_shared | is_core) case (index[3:0])
            4'h0: word = status[6*unit +: 6];
            4'h1: word = fault[32*unit +: 32];
            4'h2: word = cycles;
            4'h3: word = half[unit] ? {1'b0, written[31:1]} : {2'b0, written[31:2]};  // elements
            4'h4: word = read_beats;
            4'h5: word = write_beats;
            4'h6: word = read_data;
            4'h7: word = write;
            4'h8: word = datapath;
            4'h9: word = port;
        endcase
    end

    reg [2:1] ago;  // a read was taken so many cycles ago
    reg due;
    reg [32:0] expected;
    always @(posedge clk) begin
        ago <= rst ? 0 : {ago[1], valid & ready};
        due <= !rst & (ago[2] | due & !take);
        if (ago[1]) expected <= {!mapped(index), word};
    end
    always @* if (started) begin
        assert (ready == !open);                          // a read is taken at once,
        assert (answered == due);                         // and answered once, until that is taken,
        assert (!answered | (answer == expected));        // with what the table has
        assert (h_steps == ago);
        assert (open == ((ago != 0) | due));
    end
    always @* if (started) begin
        cover (answered & (index == 10'h0b3) & (answer[31:0] == 32'h00012345));
        cover (answered & take & answer[32] & (index[9:8] == 0));
        cover (answered & !take & (index == 10'h17f));
        cover (answered & (index == 10'h17e));
        cover (answered & (index == 10'h049) & (answer[31:0] == 32'h89abcdef));
    end
endmodule
