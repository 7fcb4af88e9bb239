"""The command ``scegrad lib`` and the example programs."""
