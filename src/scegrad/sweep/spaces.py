"""Input spaces, cut into shards: every fp16 pair, every fp32 logit with label 0, 1 or 1/2, random
fp32 pairs, every fp32 magnitude.

The inputs of a shard are a pure function of the space and the shard's number.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scegrad.errors import RequestError
from scegrad.formats import FP16, FP32, Format
from scegrad.sweep.random_pairs import random_pairs

SHARD_BITS = 20

HALVES, STAGE = "fp32-halves", "fp32-stage"
NAMES = ("fp16-pairs", "fp32-logits", HALVES, "fp32-random", STAGE)


class Inputs(NamedTuple):
    """Encodings of logits and labels that broadcast to the shard's pairs, in the order of the
    space.
    """

    logits: NDArray
    labels: NDArray

    def pairs(self) -> tuple[NDArray, NDArray]:
        """All pairs, as two contiguous arrays on one axis."""
        logits, labels = np.broadcast_arrays(self.logits, self.labels)
        return np.ascontiguousarray(logits).reshape(-1), np.ascontiguousarray(labels).reshape(-1)


@dataclass(frozen=True)
class Space:
    """A space by its name and further parameters, in shards of ``2**shard_bits`` pairs.

    fp16-pairs: pair i has the logit of encoding ``i >> 16`` and the label of encoding ``i &
    0xffff``. fp32-logits: pair i has the logit of encoding i, as has fp32-halves, where the label
    is 1/2. fp32-random: see ``random_pairs``. fp32-stage: logit i has the encoding i, and what is
    looked at is not the result but the sigmoid of -|x| before it is rounded; see ``stage``.
    """

    name: str
    label: int | None = None
    count: int | None = None
    seed: int | None = None
    shard_bits: int = SHARD_BITS

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise RequestError(f"no space {self.name}: there are {', '.join(NAMES)}")
        if (self.label is not None) != (self.name == "fp32-logits") or self.label not in (
            None,
            0,
            1,
        ):
            raise RequestError("the label of fp32-logits must be 0 or 1")
        least = 16 if self.name == "fp16-pairs" else 10
        if not least <= self.shard_bits <= 24:
            raise RequestError(
                f"shards of {self.name} have 2^{least} to 2^24 pairs, not 2^{self.shard_bits}"
            )
        if self.name == "fp32-random" and (
            self.count is None or self.count < 1 or self.count % self.shard_size
        ):
            raise RequestError(
                f"the count of fp32-random must be a multiple of {self.shard_size:,}, the size of"
                " a shard"
            )
        if self.name == "fp32-random" and not 0 <= (self.seed or 0) < 1 << 64:
            raise RequestError("the seed of fp32-random must be a whole number below 2^64")

    @property
    def fmt(self) -> Format:
        """The format of the pairs."""
        return FP16 if self.name == "fp16-pairs" else FP32

    @property
    def exhaustive(self) -> bool:
        """Whether the space holds every pair or logit that there is."""
        return self.name != "fp32-random"

    @property
    def ordered(self) -> bool:
        """Whether no result may fall though the logit grows: if all are correctly rounded."""
        return self.name in ("fp16-pairs", "fp32-logits")

    @property
    def total(self) -> int:
        """Pairs in the space."""
        return self.count or (1 << 31 if self.name == STAGE else 1 << 32)

    @property
    def shard_size(self) -> int:
        """Pairs in a shard."""
        return 1 << self.shard_bits

    @property
    def shards(self) -> int:
        """Shards in the space."""
        return self.total >> self.shard_bits

    def identity(self) -> dict[str, Any]:
        """The identity of this space, for a ledger."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def inputs(self, shard: int) -> Inputs:
        """The inputs of a shard."""
        first = shard << self.shard_bits
        if self.name == "fp16-pairs":
            logits = np.arange(first >> 16, first + self.shard_size >> 16).astype(np.uint16)
            return Inputs(logits[:, None], np.arange(1 << 16).astype(np.uint16)[None, :])
        if self.name != "fp32-random":
            hard = 0.5 if self.name == HALVES else self.label or 0
            label = np.array([hard], np.float32).view(np.uint32)
            return Inputs(np.arange(first, first + self.shard_size).astype(np.uint32), label)
        return Inputs(*random_pairs(self.seed or 0, shard, self.shard_size))
