"""What the portal shows of this room: places, lines of the workbench, panels."""
