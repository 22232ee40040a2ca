"""Who is told what, by which way and when: inbox, channels, routing, quiet hours, digests."""
