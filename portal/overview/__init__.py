"""The overview for leaders: how things stand in a division, and where to look (ui.md)."""
