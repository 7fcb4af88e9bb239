"""Size and clock on an FPGA, the bitstream, and files for the vendors' tools."""
