"""Reads as much of an FST file as tells that it is one."""


def fst_blocks(content: bytes) -> dict[int, bytes]:
    """The blocks of an FST file by type, the last one of each type."""
    blocks, at = {}, 0
    while at < len(content):
        length = int.from_bytes(content[at + 1 : at + 9], "big")
        blocks[content[at]] = content[at + 9 : at + 1 + length]
        at += 1 + length
    return blocks


def lz4_block(packed: bytes) -> bytes:
    """What an LZ4 block holds."""
    out, at = bytearray(), 0

    def length(low: int) -> int:
        nonlocal at
        if low < 15:
            return low
        more = 255
        while more == 255:
            more = packed[at]
            at += 1
            low += more
        return low

    while at < len(packed):
        token = packed[at]
        at += 1
        literals = length(token >> 4)
        out += packed[at : at + literals]
        at += literals
        if at < len(packed):
            distance = int.from_bytes(packed[at : at + 2], "little")
            at += 2
            for _ in range(length(token & 15) + 4):
                out.append(out[-distance])
    return bytes(out)
