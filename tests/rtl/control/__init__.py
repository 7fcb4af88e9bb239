"""Tests of the registers, the job checker and interrupts."""
