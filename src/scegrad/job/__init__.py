"""A job, its placement in memory, and the sequence of register accesses that carries it out."""
