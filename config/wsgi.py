"""The web application for gunicorn: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from config.celery import app as celery_app  # tasks queued by pages must know the broker of our settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = get_wsgi_application()

__all__ = ["application", "celery_app"]
