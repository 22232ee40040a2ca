"""Pages of the paper trail, one module a subject."""
