"""Everything that is generated and committed."""
