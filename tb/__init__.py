"""Test benches and their parts: memory models, drivers, monitors, checkers."""
