"""What the API of business roots shares (transitions, timeline, deadlines, files), and this room's own resources."""
