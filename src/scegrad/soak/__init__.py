"""Thousands of random jobs on the fast simulator: faults, pauses, aborts, resets, jobs of several
units at once; each job can be repeated by its number.
"""
