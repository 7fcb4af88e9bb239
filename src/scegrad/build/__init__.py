"""From sources to simulators and libraries: tools, cache, and what is compiled."""
