"""``scegrad bench``: the cycles of jobs by the unit's own counter, and the limit of such hardware beside them.

cases -> measure -> command (table, JSON, pictures) -> readme
"""
