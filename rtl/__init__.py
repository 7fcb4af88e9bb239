"""What becomes gates, in Amaranth."""
