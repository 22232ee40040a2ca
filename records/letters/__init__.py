"""One text to many recipients: rows of a batch, its form, its states, and the job that makes it."""
