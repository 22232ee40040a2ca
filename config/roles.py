"""Database roles own, web and sys, and the database: what a superuser does once per cluster, repeatable."""

from contextlib import closing
from typing import Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

Role = Literal["own", "web", "sys"]
ROLES: tuple[Role, ...] = ("own", "web", "sys")
EXTENSIONS = ("pg_trgm", "btree_gist")
ADVISORY_LOCK = 5_300_017  # roles belong to the cluster: two programs making them at once would collide


def role_url(url: str, role: str, password: str | None = None) -> str:
    """`url` with another user, and another password if one is given."""
    parts = urlsplit(url)
    secret = unquote(parts.password or "") if password is None else password
    login = quote(role, safe="") + (":" + quote(secret, safe="") if secret else "")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def is_superuser(url: str) -> bool:
    """Whether the connection's role is one; psycopg2.OperationalError when nothing answers there."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        return bool(row and row[0])


def _autocommit(url: str) -> Connection:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def prepare(url: str, *, password: str, tests: bool) -> None:
    """Make what is missing of the roles, the database of `url` and its extensions.

    `url` is a superuser's. `tests`: own may create databases and become web or sys. Existing roles keep
    their password. Raises psycopg2.Error.
    """
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    with closing(_autocommit(urlunsplit(parts._replace(path="/template1")))) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        _make_roles(connection, password=password, tests=tests)
        if _missing(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            _make_extensions(connection)  # in template1 first: the new database and the tests' inherit them
            _make_database(urlunsplit(parts._replace(path="/postgres")), name)
        else:
            _own_database(connection, name)
        with closing(_autocommit(url)) as inside:
            _make_extensions(inside)


def _missing(connection: Connection, query: str, value: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        return cursor.fetchone() is None


def _make_roles(connection: Connection, *, password: str, tests: bool) -> None:
    for role in ROLES:
        if _missing(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD {}"
            _run(connection, statement, sql.Identifier(role), sql.Literal(password))
    if tests:
        _run(connection, "ALTER ROLE own CREATEDB")
        _run(connection, "GRANT web, sys TO own WITH INHERIT FALSE, SET TRUE")


def _make_database(url: str, name: str) -> None:
    with closing(_autocommit(url)) as connection:
        statement = (
            "CREATE DATABASE {} OWNER own TEMPLATE template0 ENCODING 'UTF8' "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        )
        _run(connection, statement, sql.Identifier(name))


def _own_database(connection: Connection, name: str) -> None:
    """Hand a superuser's database to own; one that somebody else owns stays theirs."""
    mine = "SELECT 1 FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = %s AND r.rolsuper"
    if not _missing(connection, mine, name):
        _run(connection, "ALTER DATABASE {} OWNER TO own", sql.Identifier(name))


def _make_extensions(connection: Connection) -> None:
    for extension in EXTENSIONS:
        available = "SELECT 1 FROM pg_available_extensions WHERE name = %s"
        if not _missing(connection, available, extension):
            _run(
                connection,
                "CREATE EXTENSION IF NOT EXISTS {}",
                sql.Identifier(extension),
            )


def _run(connection: Connection, statement: str, *parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*parts))
