"""The Verilated unit from Python: registers, memories, DRAM timing."""
