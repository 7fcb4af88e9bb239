// Counters (64-bit bus): each counts its event, one cycle late, and `clear` makes them all 0.
module counters(input clk, input rst, input clear, input running, input read_beats,
    input write_beats, input stall_read_data, input stall_write, input stall_datapath,
    input stall_port, input [3:0] bytes);
    wire [255:0] counts;
    unit u(.clk(clk), .rst(rst), .clear(clear), .running(running), .read_beats(read_beats),
        .write_beats(write_beats), .stall_read_data(stall_read_data), .stall_write(stall_write),
        .stall_datapath(stall_datapath), .stall_port(stall_port), .bytes(bytes), .counts(counts));

    `include "reset.svh"

    wire [5:0] events = {stall_port, stall_datapath, stall_write, stall_read_data, write_beats,
        read_beats};
    reg [5:0] seen;
    reg [3:0] written;
    reg [31:0] cycles, total;
    reg [31:0] count [0:5];
    integer i;
    always @(posedge clk) begin
        seen <= events;
        written <= write_beats ? bytes : 0;
        cycles <= cycles + running;
        total <= total + written;
        for (i = 0; i < 6; i = i + 1) count[i] <= count[i] + seen[i];
        if (clear | rst) begin
            cycles <= 0; total <= 0;
            for (i = 0; i < 6; i = i + 1) count[i] <= 0;
        end
        if (rst) begin seen <= 0; written <= 0; end
    end
    always @* if (started) begin
        assert (counts[31:0] == cycles);
        assert (counts[63:32] == total);
        assert (counts[95:64] == count[0]);
        assert (counts[127:96] == count[1]);
        assert (counts[159:128] == count[2]);
        assert (counts[191:160] == count[3]);
        assert (counts[223:192] == count[4]);
        assert (counts[255:224] == count[5]);
    end
    always @* if (started) cover (counts[63:32] == 24 & counts[255:224] == 2);
endmodule
