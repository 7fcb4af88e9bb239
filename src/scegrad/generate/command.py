"""``scegrad generate``: everything that is generated and committed, by name."""

from pathlib import Path

from scegrad.errors import RequestError, check_choice
from scegrad.generate import accuracy, bench, drawings, fpga, modules, plan, registers, signoff
from scegrad.generate.maker import ROOT, Generator

GENERATORS: dict[str, Generator] = {
    generator.name: generator
    for generator in (
        *(registers.GENERATOR, bench.GENERATOR, fpga.GENERATOR, accuracy.GENERATOR),
        *(drawings.GENERATOR, modules.GENERATOR, signoff.GENERATOR, plan.GENERATOR),
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
        check_choice("name", name, (*GENERATORS, PICTURES))
    if not (root / "pyproject.toml").is_file():
        raise RequestError(f"{root} is not a checkout of scegrad, whose files this command makes")
    if check and PICTURES in names:
        raise RequestError("pictures cannot be checked: they differ with Matplotlib's version")
    if PICTURES in names:
        # Matplotlib and the measured libraries: only the pictures need them.
        from scegrad.generate import accuracy_pictures, bench_pictures

        accuracy_pictures.main()
        bench_pictures.main()
    chosen = [generator for name, generator in GENERATORS.items() if name in names or not names]
    return sum(generator.run(root, check=check) for generator in chosen)
