"""What carries a request out: a simulator, the golden model, or a board."""
