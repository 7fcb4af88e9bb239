"""The sums over the records of a sweep, and whether they cover the space."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from scegrad.sweep.shard import CASES, Record, ordered
from scegrad.sweep.spaces import HALVES, Space

Summary = dict[str, Any]

WORST = ("ulp", "used", "below", "above")
"""The worst values that records may have."""


def missing(space: Space, records: Mapping[int, Record]) -> list[tuple[int, int]]:
    """Ranges of pairs, first and last + 1, that no record covers; empty if the union of the
    shards is the whole space.

    Raises ``ValueError`` for a record that is not of a shard of this space.
    """
    gaps, covered = [], 0
    for first, count, shard in sorted(
        (record["first"], record["count"], record["shard"]) for record in records.values()
    ):
        if (
            count != space.shard_size
            or first != shard << space.shard_bits
            or first < covered
            or first + count > space.total
        ):
            raise ValueError(
                f"the record of shard {shard} covers {first} .. {first + count}, which is no shard"
                f" of {space.name}"
            )
        if first > covered:
            gaps.append((covered, first))
        covered = first + count
    return gaps + ([(covered, space.total)] if covered < space.total else [])


def summarise(space: Space, rtl: str, records: Mapping[int, Record]) -> Summary:
    """The sums over all records; ``complete`` says whether they are the whole space, ``ok`` whether
    something was checked and held.
    """
    done = [records[shard] for shard in sorted(records)]
    sums = {
        name: sum(record[name] for record in done)
        for name in ("count", "mismatches", "breaches", "misrounded", "by_mpfr")
    }
    gaps = missing(space, records)
    summary: Summary = {
        "space": space.identity(),
        "rtl": rtl,
        "shards": len(done),
        "of": space.shards,
        "complete": not gaps,
        **sums,
        "worst": {name: worst for name in WORST if (worst := _worst(done, name))},
        "digest": _combined(record["digest"] for record in done),
        "cpu_seconds": round(sum(record["seconds"] for record in done)),
        "binades": _binades(done),
    }
    if gaps:
        summary["missing"] = gaps[:CASES]
    if space.ordered or space.name == HALVES:
        summary |= _order_and_symmetry(space, records)
    if cases := [case for record in done for case in record.get("cases", [])]:
        summary["cases"] = cases[:CASES]
        summary["failing_shards"] = [record["shard"] for record in done if record.get("cases")]
    summary["ok"] = bool(done) and not any(
        summary.get(name) for name in ("mismatches", "breaches", "falls", "asymmetries")
    )
    return summary


def _worst(done: list[Record], name: str) -> Record | None:
    found = [record["worst"][name] for record in done if name in record["worst"]]
    return max(found, key=lambda worst: worst["value"], default=None)


def _combined(digests: Iterable[str]) -> str:
    """SHA-256 of the shards' digests (bytes) in order."""
    return hashlib.sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()


def _binades(done: list[Record]) -> dict[str, Record]:
    """The records' binades added up."""
    merged: dict[str, Record] = {}
    for record in done:
        for key, part in record["binades"].items():
            into = merged.setdefault(key, {"count": 0})
            into["count"] += part["count"]
            for name in ("worst", "used"):
                if name in part:
                    into[name] = max(into.get(name, 0.0), part[name])
            if "histogram" in part:
                into["histogram"] = [
                    a + b
                    for a, b in zip(
                        into.get("histogram", [0] * len(part["histogram"])),
                        part["histogram"],
                        strict=True,
                    )
                ]
    return dict(sorted(merged.items(), key=lambda item: int(item[0])))


def _order_and_symmetry(space: Space, records: Mapping[int, Record]) -> Summary:
    """``falls``: places where a result falls though the logit grows, between shards too if those
    keep their ends.

    fp32-halves: ``asymmetries`` counts shards whose results are not the mirrored ones of the
    opposite shard. fp16: ``asymmetries`` counts shards whose results for label 1 are not the
    mirrored ones for label 0 of the opposite shard. fp32: ``mirror`` is what the digest of the
    other label's sweep must be.
    """
    opposite = space.shards >> 1
    if space.name == HALVES:
        both = [(record, records.get(shard ^ opposite)) for shard, record in records.items()]
        return {
            "asymmetries": sum(
                other is not None and record["mirror"] != other["digest"] for record, other in both
            )
        }
    falls = sum(record["falls"] for record in records.values()) + _falls_between(space, records)
    if space.name == "fp16-pairs":
        pairs = [
            (record, records[shard ^ opposite])
            for shard, record in records.items()
            if shard ^ opposite in records
        ]
        return {
            "falls": falls,
            "asymmetries": sum(record["one"] != other["mirror"] for record, other in pairs),
        }
    complete = len(records) == space.shards
    return {"falls": falls} | (
        {"mirror": _combined(records[shard ^ opposite]["mirror"] for shard in range(space.shards))}
        if complete
        else {}
    )


def _falls_between(space: Space, records: Mapping[int, Record]) -> int:
    """Falls from the last logit of a shard to the first of the next, for shards that keep their
    ends.
    """
    falls = 0
    for shard, record in records.items():
        after = records.get(shard + 1)
        first_logit = shard + 1 << space.shard_bits
        magnitude = first_logit & space.fmt.sign_bit - 1
        if (
            after is None
            or "ends" not in record
            or magnitude == 0
            or magnitude > space.fmt.infinity
        ):
            continue
        last, first = ordered(
            np.array([record["ends"][1], after["ends"][0]], space.fmt.bits_dtype), space.fmt
        )
        falls += int(first > last if first_logit & space.fmt.sign_bit else first < last)
    return falls
