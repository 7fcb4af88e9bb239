"""Where files of ours and of other programs lie, and what those programs are told of it."""
