"""Small platforms, which a simulator gets through in no time."""

from dataclasses import replace

from scegrad.platforms import AM, FT78NE, L2, MT7004, Platform

TINY = Platform(
    "tiny",
    cores=2,
    formats=("fp32", "fp16"),
    shared_data_bits=128,
    burst_beats=4,
    read_buffer_beats=8,
    write_buffer_beats=8,
    private=(L2, AM),
)
"""Both formats, two cores, two private memories for each; every buffer as small as may be."""

SMALL = replace(TINY, name="small", private=(L2,))
"""The same with the L2 alone as private memory."""

SINGLE = Platform(
    "single",
    cores=1,
    formats=("fp32",),
    shared_data_bits=64,
    burst_beats=8,
    read_buffer_beats=16,
    write_buffer_beats=16,
)
"""One core behind a port as narrow as may be."""

WIDE = replace(
    TINY,
    name="wide",
    cores=3,
    formats=("fp16",),
    shared_data_bits=256,
    read_buffer_beats=16,
    private=(L2,),
)
"""Three cores, fp16 alone, and a port that takes more than one turn of them."""

__all__ = ["FT78NE", "MT7004", "SINGLE", "SMALL", "TINY", "WIDE"]
