"""The command ``scegrad run`` and its report."""
