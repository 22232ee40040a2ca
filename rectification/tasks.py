"""What happens after a document or a ladder step: thin, may run twice, re-checks before it acts."""
