"""Tests of what signs the design off: each proof holds, and fails with what it guards broken."""
