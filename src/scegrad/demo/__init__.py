"""The command ``scegrad demo``: a classifier trained with the hardware's gradients."""
