// Deal (3 cores, blocks of 4 chunks): the chunk of any number c goes once, unchanged, to core c mod n of
// the n cores of the mask, as its chunk c / n; so each core gets its chunks in order.
module deal(input clk, input rst, input start, input [2:0] core_mask, input valid,
    input [511:0] block, input [2:0] core_ready);
    wire ready;
    wire [2:0] core_valid;
    wire [127:0] chunk_0, chunk_1, chunk_2;
    wire [2:0] h_mask;
    wire [1:0] h_count, h_position, h_distance_0, h_distance_1, h_distance_2;
    unit u(.clk(clk), .rst(rst), .start(start), .core_mask(core_mask), .operands__valid(valid),
        .operands__ready(ready), .operands__payload(block), .cores__0__valid(core_valid[0]),
        .cores__0__ready(core_ready[0]), .cores__0__payload(chunk_0),
        .cores__1__valid(core_valid[1]), .cores__1__ready(core_ready[1]),
        .cores__1__payload(chunk_1), .cores__2__valid(core_valid[2]),
        .cores__2__ready(core_ready[2]), .cores__2__payload(chunk_2), .h_mask(h_mask),
        .h_count(h_count), .h_position(h_position), .h_distance_0(h_distance_0),
        .h_distance_1(h_distance_1), .h_distance_2(h_distance_2));

    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* assume (rst == !started);
    // A job's first block comes later than the second cycle after its start, with the job before over.
    reg begun, starting;
    reg [2:0] mask;
    always @(posedge clk) begin
        starting <= start & !rst;
        begun <= !rst & (begun & !start | starting);
        if (start) mask <= core_mask;
    end
    always @* assume (!start | (!rst & (core_mask != 0) & !starting));
    always @* assume (!valid | (begun & !start & (base < 32'hfffffff0)));

    // The number of the next chunk, and of the next for each core: its rank, then n further each time.
    reg [31:0] base, next_0, next_1, next_2;
    wire [31:0] n = mask[0] + mask[1] + mask[2];
    wire [2:0] take = core_valid & core_ready;
    always @(posedge clk) begin
        base <= base + take[0] + take[1] + take[2];
        if (take[0]) next_0 <= next_0 + n;
        if (take[1]) next_1 <= next_1 + n;
        if (take[2]) next_2 <= next_2 + n;
        if (starting) begin
            base <= 0; next_0 <= 0; next_1 <= mask[0]; next_2 <= mask[0] + mask[1];
        end
    end
    // The chunk under watch, where its block has it: {label, logit}.
    (* anyconst *) wire [31:0] c;
    (* anyconst *) wire [127:0] value;
    reg [31:0] blocks;
    always @(posedge clk) blocks <= starting ? 0 : blocks + (valid & ready);
    wire [8:0] at = {1'b0, c[1:0], 6'b0};
    always @* assume (!valid | (blocks != {2'b0, c[31:2]})
        | ({block[256 + at +: 64], block[at +: 64]} == value));

    wire [31:0] past = base + core_valid[0] + core_valid[1] + core_valid[2];
    always @* if (started) begin
        assert ((core_valid & ~mask) == 0);
        assert (!core_valid[0] | (next_0 != c) | (chunk_0 == value));
        assert (!core_valid[1] | (next_1 != c) | (chunk_1 == value));
        assert (!core_valid[2] | (next_2 != c) | (chunk_2 == value));
        // what goes in one cycle are the next chunks, all of one block, each to its core
        assert (!core_valid[0] | ((next_0 >= base) & (next_0 < past)));
        assert (!core_valid[1] | ((next_1 >= base) & (next_1 < past)));
        assert (!core_valid[2] | ((next_2 >= base) & (next_2 < past)));
        assert ((core_valid == 0) | (valid & (base[31:2] == blocks[29:0])));
        assert (ready == (valid & (core_valid != 0) & (past == {blocks[29:0], 2'b0} + 4)));
        assert ((core_valid & ~core_ready) == 0);              // to all of them or to none
        assert (!(valid & (core_ready == 7)) | (core_valid != 0));  // it never stops
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (!(begun | starting) | (mask == h_mask) & (n == h_count) & (n != 0));
        assert (!begun | ((h_position == base[1:0]) & (base[31:2] == blocks[29:0])));
        assert (!begun | (n != 2) & (n != 3) | !base[0]);
        assert (!begun | !mask[0] | ((next_0 == base + h_distance_0) & (h_distance_0 < n)));
        assert (!begun | !mask[1] | ((next_1 == base + h_distance_1) & (h_distance_1 < n)));
        assert (!begun | !mask[2] | ((next_2 == base + h_distance_2) & (h_distance_2 < n)));
        assert (!begun | !(mask[0] & mask[1]) | (next_0 != next_1));
        assert (!begun | !(mask[0] & mask[2]) | (next_0 != next_2));
        assert (!begun | !(mask[1] & mask[2]) | (next_1 != next_2));
        assert (blocks[31:30] == 0 | !begun);
    end
    always @* if (started) begin
        cover (take[1] & (mask == 7) & (next_1 == c) & (c == 7));
        cover (valid & ready & (mask == 4));
        cover (valid & !ready & (mask == 5) & (core_ready == 2));
    end
endmodule
