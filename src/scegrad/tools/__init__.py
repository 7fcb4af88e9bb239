"""The places of our files and of other programs' files, and the settings that tell those
programs.
"""
