"""The bounds of the contract, for everything that measures results."""

ALLOWANCE_BITS = 40

ALLOWANCE = 2.0**-ALLOWANCE_BITS
"""fp32, labels other than 0 and 1: what the error may exceed half an ulp of the result by, relative
to sigmoid(-|x|).
"""

HALF_LABEL_ULP = 0.51
"""fp32, a label of 1/2: the error in ulp."""
