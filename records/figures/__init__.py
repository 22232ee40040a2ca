"""Figures for overviews: summary rows kept by deltas that triggers write (docs/adr, architecture.md §6)."""
