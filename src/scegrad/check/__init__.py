"""The command `scegrad check`: anybody's gradients against the exact result."""
