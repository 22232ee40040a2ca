"""The demo's settings, with the floor's address beside the product's."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import MIDDLEWARE, STORAGES

ROOT_URLCONF = "bench.urls"
# Hashed names need a collected folder; the bench measures pages, not files.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
