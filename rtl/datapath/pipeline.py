"""A free-running pipeline, written stage by stage."""

from amaranth.hdl import Module, Shape, Signal, Value, ValueLike
from amaranth.lib import data


class Pipeline:
    """Values that move one register further each clock, without ever waiting.

    ``pipe.name = expression`` computes a value from what is read in the same stage; after
    ``pipe.step()``, ``pipe.name`` reads it from a register, in any later stage: the registers in
    between are added as needed. A name that is written again stands
    for the new value from there on. ``pipe.valid`` marks the stages that hold something and is the
    only state that reset clears.

    ``latency`` is the number of steps so far.
    """

    def __init__(self, m: Module, valid: ValueLike, **inputs: ValueLike):
        values = {name: [Value.cast(value)] for name, value in inputs.items()}
        for name, value in (
            ("m", m),
            ("latency", 0),
            ("_values", values),
            ("_written", dict.fromkeys(values, 0)),
            ("_valid", valid),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: ValueLike) -> None:
        value = Value.cast(value)
        wire = Signal(value.shape(), name=f"{name}_{self.latency}")
        self.m.d.comb += wire.eq(value)
        self._values[name] = [wire]
        self._written[name] = self.latency

    def __getattr__(self, name: str) -> Value:
        if name not in self._values:
            raise AttributeError(f"no stage has written {name}")
        chain = self._values[name]
        while len(chain) <= self.latency - self._written[name]:
            chain.append(self._register(chain[-1], f"{name}_{self._written[name] + len(chain)}"))
        return chain[-1]

    def _register(self, value: Value, name: str, *, reset_less: bool = True) -> Signal:
        register = Signal(Shape.cast(value.shape()), name=name, reset_less=reset_less)
        self.m.d.sync += register.eq(value)
        return register

    @property
    def valid(self) -> Value:
        """Whether the current stage holds something."""
        return self._valid

    def step(self) -> None:
        """End the current stage."""
        object.__setattr__(self, "latency", self.latency + 1)
        object.__setattr__(
            self,
            "_valid",
            self._register(Value.cast(self._valid), f"valid_{self.latency}", reset_less=False),
        )

    def view(self, layout: data.Layout, name: str) -> data.View:
        """The value ``name`` as a view of ``layout``."""
        return data.View(layout, getattr(self, name))
