"""The command line of ``scegrad demo``."""

from pathlib import Path
from typing import Annotated

from scegrad.options import output_option

Output = Annotated[Path, output_option("Where to write demo.json and the pictures.", default=True)]


def demo(output: Output = Path("out")) -> None:
    """Train logistic regressions with gradients from the RTL, on data of scikit-learn.

    Every gradient is compared with the golden model; tables and pictures show the results.
    """
    # scikit-learn and Matplotlib: other commands, and --help, do not need them.
    from scegrad.demo.command import main

    main(output)
