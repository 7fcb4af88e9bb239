"""``scegrad bench``: cycles of jobs by the unit's own counter, beside the limit of such hardware.

cases -> measure -> command (table, JSON, pictures) -> readme
"""
