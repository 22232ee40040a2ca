"""What this room shows in the navigation and on the workbench."""
