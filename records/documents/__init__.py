"""Papers from draft to receipt: kinds and blanks, the way through the office, pages as pictures, Word out and in, service."""
