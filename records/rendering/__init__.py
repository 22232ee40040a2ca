"""Official papers to GB/T 9704-2012: `papers` says what one is, `official` makes the PDF (workers only)."""
