"""The presentation of results: tables for a terminal, pictures for a page."""
