        // The cores' side of Deal and Gather, and the inner signals of `dealt.svh`.
        .clk(clk), .rst(rst), .start(start), .core_mask(core_mask),
        .cores__0__valid(core_valid[0]), .cores__0__ready(core_ready[0]),
        .cores__1__valid(core_valid[1]), .cores__1__ready(core_ready[1]),
        .cores__2__valid(core_valid[2]), .cores__2__ready(core_ready[2]),
        .cores__0__payload(chunk_0), .cores__1__payload(chunk_1), .cores__2__payload(chunk_2),
        .h_mask(h_mask), .h_count(h_count), .h_position(h_position),
        .h_distance_0(h_distance_0), .h_distance_1(h_distance_1), .h_distance_2(h_distance_2)
