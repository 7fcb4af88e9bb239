    // What Deal and Gather share: chunk c of a job belongs to core c mod n of the n cores of the
    // mask. A block has as many chunks as there are cores, or more.
    `include "reset.svh"
    // A job begins in the second cycle after its start.
    reg begun, starting;
    reg [CORES-1:0] mask;
    always @(posedge clk) begin
        starting <= start & !rst;
        begun <= !rst & (begun & !start | starting);
        if (start) mask <= core_mask;
    end
    function [4:0] ones(input [CORES-1:0] bits);
        integer i;
        begin
            ones = 0;
            for (i = 0; i < CORES; i = i + 1) ones = ones + bits[i];
        end
    endfunction
    // The number of the next chunk, and of the next for each core: its rank, then n further each
    // time; whole blocks that have passed. The next chunk is for the core of rank `turn`.
    reg [31:0] base, blocks;
    reg [32*CORES-1:0] next;
    reg [4:0] turn;
    wire [4:0] n = ones(mask);
    wire [4:0] size = n[3] ? 8 : n[2] ? 4 : n[1] ? 2 : 1;  // chunks in a step
    wire [CORES-1:0] take = core_valid & core_ready;
    wire [4:0] after = turn + ones(take);
    wire [31:0] block_base = blocks << PLACE;
    always @(posedge clk) begin
        base <= starting ? 0 : base + ones(take);
        turn <= starting ? 0 : (after >= n) ? after - n : after;
        blocks <= starting ? 0 : blocks + (valid & ready);
    end
    wire [CORES-1:0] due;  // the cores of the next step
    genvar k;
    generate for (k = 0; k < CORES; k = k + 1) begin : shared
        wire [4:0] rank = ones(mask & ((1 << k) - 1));
        wire [4:0] distance = distances[FAR * k +: FAR];
        assign due[k] = mask[k] & (next[32*k +: 32] < base + size);
        always @(posedge clk)
            if (starting) next[32*k +: 32] <= rank;
            else if (take[k]) next[32*k +: 32] <= next[32*k +: 32] + n;
        // What makes it inductive.
        always @* if (started) begin
            assert (!begun | !mask[k] | (next[32*k +: 32] == base + distance));
            assert (!begun | !mask[k]
                | (distance == ((rank >= turn) ? rank - turn : rank + n - turn)));
        end
    end endgenerate
    always @* if (started) begin
        assert (!(begun | starting) | (mask == h_mask) & (n == h_count) & (n != 0));
        // in one assertion, since with one core all but the first are always true
        assert (!begun | ((turn < n) & (position == base % CHUNKS)
            & ((base[4:0] & (size - 5'd1)) == 0) & ((blocks >> (32 - PLACE)) == 0)));
    end
    // Of the masks, those with all cores, one core, and a number of cores that is no power of two.
    wire all = &mask, one = (n == 1) & mask[CORES-1], odd = (n & (n - 5'd1)) != 0;
