"""What a job is, how it is asked for, and the sequence of register accesses that carries it out."""
