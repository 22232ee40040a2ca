"""Production settings. dev.py and test.py only loosen them; a missing variable is an error that says what to set."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pghistory
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]


def required(name: str, purpose: str) -> str:
    """The environment variable `name`; ImproperlyConfigured names it and what it is for."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {purpose}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(int(default))).lower() in {"1", "true", "yes", "on"}


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for postgresql://user:password@host:port/name (a socket folder as ?host=/path)."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "OPTIONS": {},
        # PgBouncer in transaction mode stands in front: no cursor outlives its transaction.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # accounts.middleware.ScopeMiddleware opens the transaction, so that templates render inside it.
        "ATOMIC_REQUESTS": False,
    }


SECRET_KEY = required("SECRET_KEY", "a long random text that signs sessions and tokens, and encrypts second factors")
# Former ones, comma-separated, while what they signed and encrypted is still in use.
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
DATABASES = {"default": database(required("DATABASE_URL", "postgresql://web:…@host:5432/dudao of this process's role"))}
REDIS_URL = required("REDIS_URL", "redis://host:6379/0, broker and cache")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
DEBUG = False
# Demo people with one known password. A system check refuses it together with production settings.
DEMO = False

INSTALLED_APPS = [
    "accounts",
    "records",
    "supervision",
    "inspectors",
    "rectification",
    "inspections",
    "portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "drf_spectacular_sidecar",  # the reference's scripts; DRF itself is no app here, its translations would replace Django's
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "pghistory",
    "pgtrigger",
    "django_prometheus",
]

MIDDLEWARE = [
    "portal.health.HealthMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # /public/ is answered here: before sessions, so that nothing is asked or remembered of its readers.
    "portal.public.gate.PublicSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.ScopeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.InitialPasswordMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.frame",
            ],
            "builtins": ["records.templatetags.dudao", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "records.form_renderer.QuickRenderer"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- who -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrPhoneBackend"]
# Outsiders' permissions on named roots: direct foreign keys, asked through guardian's checker, never for everybody.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # its backend would let an object's word stand without the office's dates
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "phone")},
    },
    {
        "NAME": "accounts.passwords.LengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.ClassesValidator"},
]
# Administrators and office heads; offered to everybody.
REQUIRE_SECOND_FACTOR = flag("REQUIRE_SECOND_FACTOR", True)
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor.SignInCodeForm",
    "reauthenticate": "accounts.second_factor.AgainCodeForm",
    "activate_totp": "accounts.second_factor.SetUpForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_TOTP_ISSUER = "督导平台"
# Contacts' printed invitations: local practice, no regulation gives a number.
INVITATION_DAYS = int(os.environ.get("INVITATION_DAYS", "14"))
INVITATION_TRIES = 10
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "records.sign_in.AuditedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
# A bureau shares one address: five failures lock the *account name* for ten minutes, not the address.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "300/m/ip,5/10m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "1"))
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_COOKIE_AGE = int(os.environ.get("IDLE_SECONDS", "1800"))  # idle time-out: each request renews it
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# --- the paper trail -------------------------------------------------------------------------------------------
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_BASE_MODEL = "accounts.history.ChangeEvent"
PGHISTORY_APPEND_ONLY = False  # append-only by privileges: the web role may not write the log at all (harden_db)
PGTRIGGER_INSTALL_ON_MIGRATE = False

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}

# --- files -----------------------------------------------------------------------------------------------------
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", str(ROOT / ".data" / "media")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", str(ROOT / ".data" / "static")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = 60 * 1024 * 1024  # one file; a phone's photo is 3–12 MB, a short video about 50
UPLOAD_MAX_PIXELS = 120_000_000  # a picture that unpacks to more is refused (decompression bomb)
# tcp://host:3310 or unix:///path of clamd; empty: files are not scanned.
CLAMD_URL = os.environ.get("CLAMD_URL", "")
# nginx hands out files under this internal address (X-Accel-Redirect); empty: the web process does.
ACCEL_REDIRECT = os.environ.get("ACCEL_REDIRECT", "/protected/")

# --- seals -----------------------------------------------------------------------------------------------------
# Workers only: one PKCS#12 file for each office, <division code>.p12. Empty: offices print, stamp and scan.
SEAL_FOLDER = os.environ.get("SEAL_FOLDER", "")
SEAL_PASSPHRASE = os.environ.get("SEAL_PASSPHRASE", "")
SEAL_TIMESTAMP_URL = os.environ.get("SEAL_TIMESTAMP_URL", "")  # a time-stamp authority (RFC 3161); empty: none
# Certificates that vouch for nothing, made by ourselves: demo and tests. A system check refuses it in production.
SEAL_DEMO_AUTHORITY = False

# --- long work -------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 3600}  # longer than the longest job
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-deadlines": {"task": "records.tasks.sweep_deadlines", "schedule": 15 * 60},
    "take-in-complaints": {"task": "inspections.tasks.take_in_complaints", "schedule": 60},
    "consume-outbox": {"task": "records.tasks.consume_outbox", "schedule": 60},
    "find-lost-jobs": {"task": "records.tasks.find_lost_jobs", "schedule": 60},
    "tell-of-objections": {"task": "records.tasks.tell_of_objections", "schedule": 5 * 60},
    "roll-up-figures": {"task": "records.figures.tasks.roll_up_figures", "schedule": 60},
    # Alone: the comparison reads every row that is counted.
    "check-figures": {"task": "records.figures.tasks.check_figures", "schedule": crontab(hour="3", minute="20")},
    "forget-api-calls": {"task": "records.tasks.forget_api_calls", "schedule": 3600},
    "send-notices": {"task": "records.tasks.send_notices", "schedule": 60},
    "render-waiting": {"task": "records.tasks.consume_outbox", "schedule": 5 * 60, "args": (True,)},
}

# The longest time for which a file is opened to somebody from outside at once (local practice).
GUEST_MOST_DAYS = 366
# --- notices outside the house: nothing configured, nothing leaves, and the pages say so --------------------------
# The province's gateway for SMS and messenger: one address, one secret for both directions.
NOTIFY_WEBHOOK_URL = os.environ.get("NOTIFY_WEBHOOK_URL", "")
NOTIFY_WEBHOOK_SECRET = (
    required("NOTIFY_WEBHOOK_SECRET", "the secret that signs messages to the gateway") if NOTIFY_WEBHOOK_URL else ""
)
NOTIFY_WEBHOOK_CHANNELS = [c for c in os.environ.get("NOTIFY_WEBHOOK_CHANNELS", "sms,messenger").split(",") if c]
NOTIFY_WEBHOOK_TIMEOUT = int(os.environ.get("NOTIFY_WEBHOOK_TIMEOUT", "10"))
NOTIFY_MAIL_FROM = os.environ.get("NOTIFY_MAIL_FROM", "")  # empty: no mail leaves
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10

# --- personal data ------------------------------------------------------------------------------------------------
REVEALS_AN_HOUR = int(os.environ.get("REVEALS_AN_HOUR", "30"))  # masked numbers that one person may open within an hour
READS_AN_HOUR = int(os.environ.get("READS_AN_HOUR", "120"))  # beyond it the audit page points to the person

# --- the API (docs/how-to/api.md) -----------------------------------------------------------------------------------
API_CALLS_A_MINUTE = int(os.environ.get("API_CALLS_A_MINUTE", "600"))  # of one token, or one person's browser
API_BODY_BYTES = 2 * 1024 * 1024  # a JSON body; files come as multipart, each within UPLOAD_MAX_BYTES
API_TOKEN_HOURS = int(os.environ.get("API_TOKEN_HOURS", "12"))  # of a token got by password
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.TokenOrSession"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Described",
    "EXCEPTION_HANDLER": "accounts.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "COMPACT_JSON": True,
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "督导平台接口",
    "DESCRIPTION": "与页面同样的权限、同样的数据范围、同样的办理规则。取得令牌的办法和示例见使用说明 docs/how-to/api.md。",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "接口令牌"},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "网页登录；写入另须 X-CSRFToken",
            },
        }
    },
}

# --- the public's address, printed as QR code on documents ------------------------------------------------------
SITE_URL = os.environ.get("SITE_URL", "")
PAPER_FONTS: dict[str, str] = {}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
