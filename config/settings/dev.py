"""A developer's machine and `make demo`: one machine, plain HTTP, demo people allowed."""

import os

os.environ.setdefault("SECRET_KEY", "dev-only-not-a-secret")
from config.settings.base import *  # noqa: F403
from config.settings.base import ROOT, STORAGES, flag

DEBUG = flag("DEBUG", False)
DEMO = flag("DUDAO_DEMO", False)
# Demo people share one password: a telephone each would keep everybody out.
REQUIRE_SECOND_FACTOR = flag("REQUIRE_SECOND_FACTOR", False)
ALLOWED_HOSTS = ["*"]
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
ALLAUTH_TRUSTED_PROXY_COUNT = 0
SITE_URL = os.environ.get("SITE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    if flag("DUDAO_DEMO")
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not flag("DUDAO_DEMO")
ACCEL_REDIRECT = ""
SEAL_FOLDER = os.environ.get("SEAL_FOLDER", str(ROOT / ".data" / "seals"))
SEAL_DEMO_AUTHORITY = True
