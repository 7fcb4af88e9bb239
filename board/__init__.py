"""The board: the top module with memories of block RAM, a bridge to a serial line, and the files
for a ULX3S.
"""
