"""Sigmoid16: rtl(operands) == model.sigmoid16 and the shifts of s and y, the table beside it."""

import numpy as np
from amaranth.hdl import Elaboratable, Module

from scegrad.formats import FP16
from scegrad.model.design import SIGMOID16
from scegrad.rtl.datapath.layouts import operands_layout, sigmoid_layout
from scegrad.rtl.datapath.rom import Rom
from scegrad.rtl.datapath.sigmoid16 import Sigmoid16

from .golden import from_unpack, operands, to_subtract
from .samples import pairs, specials
from .stages import assert_same, outputs, packed, unpacked


class WithTable(Elaboratable):
    """The stage and the table that two lanes share."""

    def __init__(self, dut: Sigmoid16) -> None:
        self.dut = dut

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.dut, m.submodules.rom = self.dut, Rom("fp16", SIGMOID16.widths)
        m.d.comb += m.submodules.rom.address[0].eq(self.dut.address)
        m.d.comb += self.dut.entry.eq(m.submodules.rom.data[0])
        return m


def meeting_places() -> np.ndarray:
    """Logits about the ends of the table's binades and pieces, of both signs."""
    binades = np.arange(14, 32) << 10
    near = (binades[:, None] + np.array([-8, -1, 0, 1, 7, 8, 1023])).ravel()
    return np.concatenate([near, near | FP16.sign_bit]).astype(np.uint16)


def test_sigmoid16(seed: int) -> None:
    dut = Sigmoid16()
    directed = np.concatenate([specials(FP16), meeting_places()]).view(np.float16)
    labels = np.random.default_rng(seed).choice(specials(FP16), directed.size).view(np.float16)
    logits, labels = (
        np.concatenate(both)
        for both in zip((directed, labels), pairs(FP16, 400, seed), strict=True)
    )
    logit, label = operands(logits, labels, FP16)
    payloads = packed(operands_layout(FP16), from_unpack(logit, label))
    found = outputs(dut, payloads, seed, top=WithTable(dut))
    layout = sigmoid_layout(FP16, Sigmoid16.significand_bits)
    assert_same(unpacked(layout, found), to_subtract(logit, label, FP16), f"seed {seed}")
