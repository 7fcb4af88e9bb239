"""``python -m scegrad`` is the command ``scegrad``."""

from .cli import main

main()
