"""Search within one's scope: what can be found (registry), how it is kept (install, sql), how it is asked (finding)."""
