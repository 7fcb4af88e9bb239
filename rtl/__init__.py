"""The hardware, in Amaranth: everything that becomes gates."""
