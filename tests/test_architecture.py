"""The rules of style.md that a tool does not check. A failing guard prints the rule."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ["accounts", "records", "supervision", "inspectors", "rectification", "inspections", "portal"]
# Every room has the same rooms inside; what one has besides is named here, with the reason.
COMMON = {
    "__init__", "apps", "models", "querysets", "workflow", "actions", "permissions", "forms", "filters", "views", "urls",
    "api", "tasks", "admin", "management", "migrations", "templatetags", "registrations", "data", "templates", "handover",
    "checks", "figures", "exports", "imports", "finds",
}  # fmt: skip
OWN = {
    "accounts": {
        "actors": "who acts", "addresses": "addresses by kept patterns", "scope": "opens the database scope", "tenancy": "declares row security",
        "hardening": "builds row security", "middleware": "the request's transaction", "identities": "from person to actor",
        "decorators": "the permission above the view", "backends": "sign-in by name or phone", "passwords": "password rules",
        "history": "base of the change log", "adapters": "allauth", "guests": "people from outside",
        "personal": "personal data as it is shown",
        "stewards": "who looks after units' contacts",
        "appointments": "which identity may be given to whom",
        "invitations": "printed codes for contacts and people", "claims": "claiming one", "codes": "the code and its digest",
        "second_factor": "TOTP", "sign_ins": "who is signed in where", "definers": "SQL of the claim", "contacts": "what registers above know", "forms_tokens": "the form of a token", "forms_contacts": "forms of all that",
    },
    "records": {
        "clock": "what time it is", "state": "state machines", "outbox": "consequences upward", "jobs": "long work", "lost_jobs": "long work that was cut off",
        "registry": "what the portal reads", "web": "pages of roots", "lists": "every list page", "form_renderer": "controls without templates", "list_exports": "its lists as Excel", "people_exports": "the same of accounts' lists", "people_imports": "people from a spreadsheet",
        "lines": "simple work, all rooms in one query", "storage": "content-addressed bytes", "files": "hands out bytes",
        "uploads": "what an uploaded file is", "filetypes": "types that are taken", "virus": "asks clamd",
        "pictures": "copies of pictures", "printing": "files that a person asks for", "sign_in": "audit of signing in",
        "grant_forms": "opening a root to a person",
        # Strands with rooms of their own.
        "search": "finds what is somebody's to see",
        "documents": "papers from draft to receipt", "letters": "one text to many", "rendering": "GB/T 9704",
        "sealing": "signatures and scans", "archive": "files of finished matters", "timing": "calendars, clocks of parties, the ladder",
        "notices": "who is told what by which way", "publication": "what goes out to the public, redacted",
        "trail": "what happened, and who read it", "handovers": "a leaver's open work",
    },
    "supervision": {
        "history": "a school's past", "identification": "the ten-digit code", "naming": "how bodies are called",
        "townships": "shipped with the project", "rules": "what must hold of a school's facts",
    },
    "inspectors": {"rules": "what must hold of an appointment", "staffing": "schools an inspector", "assignments": "who answers for which school"},
    "rectification": {"articles": "texts it stands on", "rules": "its deadlines and ladder", "papers": "text of its documents",
                      "pages": "what a ticket's page shows", "sights": "rows of lists with their deadlines",
                      "categories": "the ledger's tree", "sources": "where problems come from", "relapses": "what came back",
                      "recurrence": "what recurs, in figures", "archives": "what lies in a ticket's file", "printing": "forms on paper"},
    "inspections": {"cards": "a visit laid out", "api_instruments": "instruments for programs", "api_forms": "bodies of visits and plans", "intake": "complaints from outside", "complaint_forms": "their forms", "coverage": "visits against quota", "instruments": "the version in force",
                    "missing": "what a visit lacks", "months": "months and terms", "plaque_items": "the eight items", "archives": "what lies in a visit's file", "printing": "the record on paper"},
    "portal": {"context": "the frame", "search": "finds in all of them", "reading": "figures and search for programs", "workbench": "lines gathered and grouped", "sights": "each role's words",
               "panels": "read across the rooms", "health": "answered before everything",
               "public": "the site that everybody may read", "overview": "for leaders: figures by place", "demo": "the demo's data"},
}  # fmt: skip
SKIP = {"migrations", "__pycache__"}


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms or ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not SKIP & set(path.parts):
                yield path


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_rooms_have_the_same_rooms_inside() -> None:
    """Style 2: the same names in every app; an own module is listed in OWN with its reason."""
    strange = []
    for room in ROOMS:
        for entry in sorted((ROOT / room).iterdir()):
            name = entry.name.removesuffix(".py")
            known = COMMON | set(OWN.get(room, {})) | set(ROOM_EXTRA.get(room, {}))
            if name not in known and (entry.suffix == ".py" or (entry.is_dir() and name not in SKIP)):
                strange.append(relative(entry))
    assert not strange, f"Unknown rooms, name them in OWN with a reason or move them: {strange}"


ROOM_EXTRA: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "core"])
def test_no_attic(word: str) -> None:
    """Architecture §1: no utils, helpers, common, core."""
    assert not [relative(p) for p in sources() if p.stem == word or word in p.parts[len(ROOT.parts) : -1]]


def test_files_are_short() -> None:
    """Style 3: a file has at most 400 lines (a test file 700)."""
    limits = [(p, 400) for p in sources()] + [(p, 700) for p in (ROOT / "tests").rglob("*.py")]
    long = {relative(p): n for p, limit in limits if (n := p.read_text(encoding="utf-8").count("\n")) > limit}
    assert not long, f"Which room is missing? {long}"


def test_functions_are_short() -> None:
    """Style 3: a function has at most 40 lines."""
    long = {}
    for path in sources(*ROOMS, "config", "bench"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 40:
                    long[f"{relative(path)}:{node.name}"] = lines
    assert not long, f"Which step deserves a name? {long}"


def layer(model: type[models.Model]) -> int:
    return ROOMS.index(model._meta.app_label)


def test_foreign_keys_point_downwards() -> None:
    """Style 1: foreign keys, string ones too, follow the direction of imports."""
    upward = []
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS:
            continue
        for field in model._meta.get_fields():
            target = field.related_model
            is_forward = field.is_relation and getattr(field, "concrete", False)
            if (
                is_forward
                and isinstance(target, type)
                and target._meta.app_label in ROOMS
                and layer(target) > layer(model)
            ):
                upward.append(f"{model._meta.label}.{field.name}")
    assert not upward


def test_no_signals() -> None:
    """Style 13: no signals of our own."""
    found = [
        relative(p) for p in sources() if re.search(r"@receiver|\.connect\(|Signal\(\)", p.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_import_inside_a_function_except_heavy_ones() -> None:
    """Architecture §1: none to dodge a cycle. WeasyPrint's renderer loads in workers only, pypinyin in a migration."""
    heavy = {"records.rendering", "records.sealing", "pypdfium2", "weasyprint", "pypinyin"}
    found = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for node in ast.walk(function):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
                found += [
                    f"{relative(path)}:{node.lineno} {n}" for n in names if not any(n.startswith(h) for h in heavy)
                ]
    assert not found


# Doors that read by themselves: `.objects.create` and friends write, what follows `visible_to`, `of` or `current` has
# come through the door.
READS = {"all", "get", "filter", "exclude", "first", "last", "count", "exists", "values", "values_list", "in_bulk",
         "order_by", "select_related", "annotate", "aggregate", "latest", "earliest", "iterator", "only"}  # fmt: skip
WINDOWS = ("views", "api", "forms", "filters", "registrations", "exports")


def test_views_go_through_the_door() -> None:
    """Style 7: in views, forms, filters and what feeds the portal every read begins with visible_to(actor)."""
    found = []
    for path in sources():
        parts = path.relative_to(ROOT / path.relative_to(ROOT).parts[0]).with_suffix("").parts
        if not set(parts) & set(WINDOWS) and path.relative_to(ROOT).parts[0] != "portal":
            continue
        if {"management", "demo"} & set(parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_read = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS
            if not is_read:
                continue
            inner = node.func.value  # type: ignore[union-attr]
            if isinstance(inner, ast.Attribute) and inner.attr in {"objects", "_default_manager", "_base_manager"}:
                found.append(f"{relative(path)}:{node.lineno} {ast.unparse(node)[:80]}")
    assert not found, f"Begin with objects.visible_to(actor): {found}"


def test_every_pair_of_moment_and_person_is_guarded() -> None:
    """Style 6: where a model has x_at and x_by, a constraint ties them or names why the system may act alone."""
    alone = {"issued", "sealed", "created", "uploaded", "drafted", "approved", "met", "voided"}
    named = {"complaintrecusal"}  # decided by nobody: the name in the letter keeps away by itself
    unguarded = []
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS or model._meta.model_name.endswith("event"):
            continue
        names = {f.name for f in model._meta.concrete_fields}
        text = " ".join(str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
        for name in names:
            stem = name.removesuffix("_at")
            if (
                name.endswith("_at")
                and f"{stem}_by" in names
                and stem not in alone
                and model._meta.model_name not in named
            ):
                both = [model._meta.get_field(f"{stem}_{end}") for end in ("at", "by")]
                if not any(field.null for field in both):
                    continue  # NOT NULL on both is the stronger guard
                if f"{stem}_at" not in text or f"{stem}_by" not in text:
                    unguarded.append(f"{model._meta.label}.{stem}_at/_by")
    assert not unguarded


def test_templates_carry_no_inline_script() -> None:
    """The Content-Security-Policy forbids it; a page that needs it would only look finished."""
    bad = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\son[a-z]+=\"", text):
            bad.append(relative(path))
    assert not bad


def test_no_file_names_a_registry_or_the_workshop() -> None:
    """Nothing that is committed names a package registry's host, or what stands beside the project."""
    words = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "npm" + "mirror", "/work/" + "shared"]
    bad = []
    for path in ROOT.rglob("*"):
        if not path.is_file() or {".git", ".venv", "node_modules", ".data", "__pycache__"} & set(path.parts):
            continue
        if path.suffix in {".py", ".md", ".txt", ".in", ".toml", ".json", ".yml", ".yaml", ".html", ".js", ".cfg", ""}:
            text = path.read_text(encoding="utf-8", errors="ignore")
            bad += [f"{relative(path)}: {w}" for w in words if w in text]
    assert not bad


def test_a_task_called_by_its_name_is_known_to_every_process() -> None:
    """A web process looks it up by name: a room whose tasks nobody imports there loses the call, and only the log says so."""
    called = {
        name for path in sources() for name in re.findall(r'current_app\.tasks\["([\w.]+)"\]', path.read_text("utf-8"))
    }
    script = "import config.wsgi; from celery import current_app; print(*current_app.tasks)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert called and called <= set(done.stdout.split()), (called - set(done.stdout.split()), done.stderr)


def test_every_notice_says_what_it_is_about() -> None:
    """People choose by category how they are told (records.notices.routing): a call without one would be news for everybody."""
    silent = [
        f"{relative(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "notify"
        and not any(keyword.arg == "category" for keyword in node.keywords)
    ]  # fmt: skip
    assert not silent
