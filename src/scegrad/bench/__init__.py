"""``scegrad bench``: cycles of jobs by the unit's own counter, compared with the limit of such
hardware.

cases -> measure -> command (table, JSON, pictures) -> readme
"""
