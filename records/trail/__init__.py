"""What happened to a thing, as a story; who read and who took away what."""
