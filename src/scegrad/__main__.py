"""``python -m scegrad`` is the command ``scegrad``."""

from scegrad.cli import main

main()
