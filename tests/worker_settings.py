"""A real worker beside a test: the same database, cache and files, as the background role, with a queue of the test's own."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_DEFAULT_QUEUE = os.environ["DUDAO_TEST_QUEUE"]
MEDIA_ROOT = os.environ["DUDAO_TEST_MEDIA"]
DATABASES["default"]["NAME"] = os.environ["DUDAO_TEST_DATABASE"]
DATABASES["default"]["OPTIONS"] = {**DATABASES["default"].get("OPTIONS", {}), "assume_role": "sys"}
