"""The back ends that carry out a request: a simulator, the golden model, or a board."""
