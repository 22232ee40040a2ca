"""When something is due: calendars, periods that are paused or extended, rules with their bounds, the ladder's sweep."""
