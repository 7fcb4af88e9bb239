"""The polynomials of the sigmoid: computed from exact arithmetic, kept in ``sigmoid_tables.json``, read by golden model and RTL.

``python -m scegrad.model.tables`` computes them again and prints what each step of the evaluation may add to the error; ``--check`` says
whether the kept ones are these.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

TABLES = Path(__file__).with_name("sigmoid_tables.json")


@cache
def coefficients(name: str) -> np.ndarray:
    """The table ``name`` ("fp32" or "fp16") as int64[entries, degree + 1], constant coefficient first."""
    table = np.array(json.loads(TABLES.read_text())[name], dtype=np.int64)
    table.setflags(write=False)
    return table
