// Registers as wires: one cycle stands for a pipeline that a walk over its netlist has shown to be one.
(* techmap_celltype = "$dff" *)
module wires(CLK, D, Q);
    parameter WIDTH = 0;
    parameter CLK_POLARITY = 1;
    input CLK;
    input [WIDTH-1:0] D;
    output [WIDTH-1:0] Q;
    assign Q = D;
endmodule
