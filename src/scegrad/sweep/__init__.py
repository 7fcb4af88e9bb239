"""``scegrad sweep``: the RTL's results over whole input spaces, against the golden model and the
exact reference.
"""
