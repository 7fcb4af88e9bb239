    // The first cycle is a reset, and it is the only one.
    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* assume (rst == !started);
