    // What Deal and Gather share: chunk c of a job belongs to core c mod n of the n cores of the
    // mask.
    `include "reset.svh"
    // A job begins in the second cycle after its start.
    reg begun, starting;
    reg [2:0] mask;
    always @(posedge clk) begin
        starting <= start & !rst;
        begun <= !rst & (begun & !start | starting);
        if (start) mask <= core_mask;
    end
    // The number of the next chunk, and of the next for each core: its rank, then n further each
    // time; whole blocks that have passed.
    reg [31:0] base, next_0, next_1, next_2, blocks;
    wire [31:0] n = mask[0] + mask[1] + mask[2];
    wire [2:0] take = core_valid & core_ready;
    always @(posedge clk) begin
        base <= base + take[0] + take[1] + take[2];
        if (take[0]) next_0 <= next_0 + n;
        if (take[1]) next_1 <= next_1 + n;
        if (take[2]) next_2 <= next_2 + n;
        blocks <= blocks + (valid & ready);
        if (starting) begin
            base <= 0; next_0 <= 0; next_1 <= mask[0]; next_2 <= mask[0] + mask[1]; blocks <= 0;
        end
    end
    // What makes it inductive.
    always @* if (started) begin
        assert (!(begun | starting) | (mask == h_mask) & (n == h_count) & (n != 0));
        assert (!begun | (h_position == base[1:0]));
        assert (!begun | (n != 2) & (n != 3) | !base[0]);
        assert (!begun | !mask[0] | ((next_0 == base + h_distance_0) & (h_distance_0 < n)));
        assert (!begun | !mask[1] | ((next_1 == base + h_distance_1) & (h_distance_1 < n)));
        assert (!begun | !mask[2] | ((next_2 == base + h_distance_2) & (h_distance_2 < n)));
        assert (!begun | !(mask[0] & mask[1]) | (next_0 != next_1));
        assert (!begun | !(mask[0] & mask[2]) | (next_0 != next_2));
        assert (!begun | !(mask[1] & mask[2]) | (next_1 != next_2));
        assert (!begun | (blocks[31:30] == 0));
    end
