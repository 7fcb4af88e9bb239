"""``scegrad generate``: everything that is generated and committed, by name."""

from pathlib import Path

from scegrad.errors import RequestError, check_choice
from scegrad.generate import accuracy, bench, drawings, fpga, modules, plan, registers, signoff
from scegrad.generate.maker import ROOT, Maker

MAKERS: dict[str, Maker] = {
    maker.name: maker
    for maker in (
        *(registers.MAKER, bench.MAKER, fpga.MAKER),
        *(accuracy.MAKER, drawings.MAKER, modules.MAKER, signoff.MAKER, plan.MAKER),
    )
}
"""Generators of text, which can be compared."""

PICTURES = "pictures"
"""Generators of pictures, which differ from one version of Matplotlib to the next."""


def generate_files(names: list[str], *, check: bool, root: Path = ROOT) -> int:
    """Write the files of these makers, or of all; returns the number of stale files if ``check``.

    Raises ``RequestError`` for an unknown name, and outside a checkout.
    """
    for name in names:
        check_choice("name", name, (*MAKERS, PICTURES))
    if not (root / "pyproject.toml").is_file():
        raise RequestError(f"{root} is not a checkout of scegrad, whose files this command makes")
    if check and PICTURES in names:
        raise RequestError("pictures cannot be checked: they differ with Matplotlib's version")
    if PICTURES in names:
        # Matplotlib and the measured libraries: only the pictures need them.
        from scegrad.generate import accuracy_pictures, bench_pictures

        accuracy_pictures.main()
        bench_pictures.main()
    chosen = [maker for name, maker in MAKERS.items() if name in names or not names]
    return sum(maker.run(root, check=check) for maker in chosen)
