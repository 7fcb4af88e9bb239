"""The behaviour of a memory, its bursts in flight, and its record of them."""

import random
from dataclasses import dataclass, field, fields

from scegrad.axi import Resp


@dataclass(frozen=True)
class Behaviour:
    """How a memory answers; without arguments every cycle and at once.

    ``latency``      fewest and most cycles from the acceptance of a burst's last input to its first
                     answer
    ``ar aw w r b``  the part of the cycles in which a channel stalls
    ``interleave``   whether beats of reads with different IDs mix
    ``outstanding``  bursts of either direction that are accepted before the first is answered
    ``patient``      whether READY is given only to a VALID that is seen waiting, as AXI permits
    ``write_order``  "any"; "address" takes data only after their address; "data" an address only
                     once its data wait
    """

    latency: tuple[int, int] = (0, 0)
    ar: float = 0.0
    aw: float = 0.0
    w: float = 0.0
    r: float = 0.0
    b: float = 0.0
    interleave: bool = False
    outstanding: int = 64
    patient: bool = False
    write_order: str = "any"

    @classmethod
    def draw(cls, rng: random.Random) -> "Behaviour":
        """A random one, sometimes extreme."""
        stall = {
            name: rng.choice((0.0, 0.0, 0.1, 0.5, 0.9)) for name in ("ar", "aw", "w", "r", "b")
        }
        latency = rng.choice(((0, 0), (0, 3), (5, 5), (0, 40)))
        order = rng.choice(("any", "address", "data"))
        few = rng.choice((1, 2, 4, 64))
        mix, patient = rng.random() < 0.5, rng.random() < 0.2
        return cls(
            latency, **stall, interleave=mix, outstanding=few, patient=patient, write_order=order
        )

    def __str__(self) -> str:
        """Only what differs from the default."""
        changed = [
            f"{item.name}={getattr(self, item.name)}"
            for item in fields(self)
            if getattr(self, item.name) != item.default
        ]
        return f"Behaviour({', '.join(changed)})"


@dataclass
class Burst:
    """A burst on its way: address and number of beats, what is still to do, when it may be answered
    or what the DRAM calls it.
    """

    ident: int
    address: int
    beats: int
    ready_at: int = 0
    token: int = -1
    index: int = 0
    permitted: bool = True
    response: Resp = Resp.OKAY


@dataclass(frozen=True)
class Event:
    """Something that happened on a channel, for time lines: a burst's address, a beat, a response.

    ``waited`` is for how many cycles the manager had offered an address before it was taken.
    """

    cycle: int
    channel: str
    ident: int
    address: int
    response: Resp = Resp.OKAY
    waited: int = 0


@dataclass
class Log:
    """The record of a memory: breaches of the rules, error responses that the manager took, and on
    request all events.

    It counts beats, and cycles in which an offer waited: of AR, and of AW or W.
    """

    record: bool = False
    failures: list[str] = field(default_factory=list)
    errors: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    read_beats: int = 0
    write_beats: int = 0
    stalled_ar: int = 0
    stalled_write: int = 0

    def event(self, event: Event) -> None:
        """Note what happened."""
        if event.response:
            self.errors.append(event)
        if self.record:
            self.events.append(event)
