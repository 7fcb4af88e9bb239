"""``scegrad bench``: what jobs take, in cycles of the unit's own counter, beside the most that hardware of this kind could do.

cases -> measure -> command (table, JSON, pictures) -> readme
"""
