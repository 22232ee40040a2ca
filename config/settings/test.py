"""Tests: dev settings, cheap hashing, strict templates. Tasks run in place, as the system's database role."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES, REDIS_URL, TEMPLATES

_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]
REDIS_URL = REDIS_URL.rsplit("/", 1)[0] + f"/{1 + int(_worker)}"  # one Redis database a worker
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
DATABASES["default"]["TEST"] = {
    "NAME": os.environ.get("DUDAO_TEST_DB") or f"test_dudao_{os.getpid() if _worker == '0' else ''}{_worker}"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="dudao-media-"))
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)
SEAL_FOLDER = str(MEDIA_ROOT / "seals")
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="dudao-static-"))  # WhiteNoise warns about a folder that is not there
DEMO = False
REQUIRE_SECOND_FACTOR = False
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "⚠undefined:%s⚠"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
