"""`-p tests.services_plugin`: throwaway PostgreSQL and Redis for a test run, before Django reads its settings.

xdist's workers inherit the addresses; the servers end with the run.
"""

import os

from config.services import ensure

if "PYTEST_XDIST_WORKER" not in os.environ:
    ensure("own", throwaway=True)
