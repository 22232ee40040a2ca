# Two images: `app` (web, worker, beat, migrate) and `pgbouncer`. Build with BuildKit: docker compose build.

FROM node:22-slim AS assets
WORKDIR /srv/app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM debian:bookworm-slim AS pgbouncer
RUN apt-get update \
    && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres /run/pgbouncer
COPY deploy/pgbouncer/ /etc/dudao/
USER postgres
EXPOSE 6432
CMD ["bash", "/etc/dudao/start.sh"]

FROM python:3.11-slim-bookworm AS app
# Pango and HarfBuzz set the documents, the fonts carry their Chinese characters.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-noto-cjk fonts-arphic-ukai fonts-arphic-uming \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/app dudao \
    && install -d -o dudao -g dudao /srv/media /srv/beat
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.base \
    MEDIA_ROOT=/srv/media \
    STATIC_ROOT=/srv/static
WORKDIR /srv/app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
# The key signs nothing: collectstatic only loads the settings.
RUN --mount=from=assets,source=/srv/app/node_modules,target=/srv/app/node_modules \
    python -m config.assets && SECRET_KEY=unused-while-building python manage.py collectstatic --noinput --verbosity=0
USER dudao
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind=0.0.0.0:8000", "--threads=4", "--timeout=60", \
    "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--access-logfile=-"]
