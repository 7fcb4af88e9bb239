"""The host's side of the board's serial line."""
