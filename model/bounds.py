"""The bounds of the contract, for all code that measures results.

The exact side in C++, ``sw/exact/fp32.cpp``, has its own copy, because it shares nothing with the
model. A test compares the two.
"""

ALLOWANCE_BITS = 40

ALLOWANCE = 2.0**-ALLOWANCE_BITS
"""fp32, labels other than 0 and 1: the error may exceed half an ulp of the result by this, relative
to sigmoid(-|x|).
"""

HALF_LABEL_ULP = 0.51
"""fp32, a label of 1/2: the error in ulp."""
