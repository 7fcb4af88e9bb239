"""Reader, writer and their bursts: what moves arrays over AXI4."""
