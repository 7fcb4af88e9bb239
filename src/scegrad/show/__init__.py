"""How results are shown: tables for a terminal, pictures for a page."""
