"""Computes the tables that ``model.tables`` keeps."""

import json

import numpy as np

from scegrad.model import budget, fit16, fit32, hard_cases, tune32
from scegrad.model.tables import TABLES, coefficients, columns


def computed() -> tuple[str, list[tune32.Move]]:
    """The file's text, from the fits, and what was moved for the hard cases."""
    fp32, moves = tune32.tuned(fit32.plain_fit())
    named = (
        f'"{name}": [\n' + ",\n".join(map(json.dumps, table)) + "\n]"
        for name, table in {"fp32": fp32, "fp16": fit16.fit()}.items()
    )
    return "{\n" + ",\n".join(named) + "\n}\n", moves


def stale(*, search: bool = False) -> str | None:
    """The difference between the kept tables and those computed now, in one line; with ``search``,
    all logits are searched for hard cases.
    """
    if search and not np.array_equal(hard_cases.found(), hard_cases.hard_logits()):
        return "model/hard_cases.txt has not all hard cases: run scegrad tables --hard-cases"
    if TABLES.read_text() != computed()[0]:
        return "model/sigmoid_tables.json is not what the fits give: run scegrad tables"
    return None


def write() -> str:
    """Compute the tables and keep them; the report of ``model.budget``. Raises ``ValueError`` if
    it is not kept.
    """
    text, moves = computed()
    TABLES.write_text(text)
    coefficients.cache_clear()
    columns.cache_clear()
    return budget.report(coefficients("fp32"), moves)
