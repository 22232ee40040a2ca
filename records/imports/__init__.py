"""Registers that come in as spreadsheets: read, checked row by row, and then all of it or nothing."""
