"""Reader, writer and their bursts: they move arrays over AXI4."""
