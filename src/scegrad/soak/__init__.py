"""Random jobs by the thousand on the fast simulator: faults, pauses, aborts, resets, jobs of
several units at once; each can be replayed by its number.
"""
