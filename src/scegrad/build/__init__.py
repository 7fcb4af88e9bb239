"""From sources to simulators and libraries: tools, cache, and compilation."""
