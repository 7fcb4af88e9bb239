"""The board: the top module with memories of block RAM, a bridge to a serial line, and what an
ULX3S needs around it.
"""
