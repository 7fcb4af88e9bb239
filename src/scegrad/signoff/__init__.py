"""`scegrad signoff`: what is proved, mutated, covered and soaked, with a record of each case and
one page of them all.
"""
