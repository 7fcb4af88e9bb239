"""The command `scegrad check`: compares gradients from any source with the exact results."""
