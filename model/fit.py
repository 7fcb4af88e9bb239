"""Computes the tables that ``model.tables`` keeps."""

import json

from scegrad.model import fit16, fit32, tune32
from scegrad.model.tables import TABLES, coefficients, columns


def computed() -> str:
    """The file's text, from the fits."""
    tables = {"fp32": tune32.tuned(fit32.plain_fit())[0], "fp16": fit16.fit()}
    named = (
        f'"{name}": [\n' + ",\n".join(map(json.dumps, table)) + "\n]"
        for name, table in tables.items()
    )
    return "{\n" + ",\n".join(named) + "\n}\n"


def stale() -> bool:
    """Whether the kept tables differ from those that the fits give now."""
    return TABLES.read_text() != computed()


def write() -> None:
    """Compute the tables and keep them."""
    TABLES.write_text(computed())
    coefficients.cache_clear()
    columns.cache_clear()
