"""The golden model, stage by stage under the names of the RTL, and the exact reference."""
