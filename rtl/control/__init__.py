"""Registers, the job checker and interrupts: what software sees."""
