"""`scegrad signoff`: proofs, mutants, coverage and soak, with a record of each case and one page
for all.
"""
