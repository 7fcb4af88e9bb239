"""LiteDRAM, an open-source memory controller: its Verilog for a chip, made by its own package, and
the unit behind its AXI port.
"""
