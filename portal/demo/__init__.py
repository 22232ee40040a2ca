"""The demo: two provinces, a year of work, a person for every role. Everything is invented but the divisions.

What has a trail is made through the real actions, day by day, with the clock moved: reminders, orders and deadlines are
those that the scheduler itself would have made. Only the mass of routine visits is written in bulk.
"""
