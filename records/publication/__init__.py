"""What goes out to the public: found, confirmed and masked passages, the version beside the full one."""
