"""`python -m config.assets`: copy what pages need of node_modules to static/vendor/ with its licences."""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"
# Package → its files that pages load. Names in static/vendor/ are the files' own.
WANTED = {
    "@tabler/core": ("dist/css/tabler.min.css", "dist/js/tabler.min.js"),
    "echarts": ("dist/echarts.min.js",),
    "idb": ("build/umd.js",),
}
RENAMED = {"umd.js": "idb.min.js"}
# Hashed names are made by following such comments; the maps are not copied, so the comment goes too.
SOURCE_MAP = re.compile(rb"(/\*|//)[#@] sourceMappingURL=\S+( \*/)?\s*$")


def notice(package: str) -> str:
    """Name, version, licence and the licence's text, as a distributor owes it."""
    folder = MODULES / package
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    texts = [p.read_text(encoding="utf-8").strip() for p in sorted(folder.glob("*")) if p.stem in {"LICENSE", "NOTICE"}]
    head = f"{about['name']} {about['version']}, {about['license']} — {about.get('homepage', '')}".rstrip(" —")
    return "\n\n".join([head, *texts])


def copy_assets() -> list[Path]:
    """Fill static/vendor/ anew; FileNotFoundError names a file that a package no longer ships."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    copied = []
    for package, files in WANTED.items():
        for name in files:
            source = MODULES / package / name
            target = TARGET / RENAMED.get(source.name, source.name)
            target.write_bytes(SOURCE_MAP.sub(b"", source.read_bytes()))
            copied.append(target)
    bundled = ("@popperjs/core", "zrender", "tslib")  # inside tabler.min.js and echarts.min.js
    notices = [notice(package) for package in (*WANTED, *bundled)]
    (TARGET / "LICENSES.txt").write_text(("\n\n" + "=" * 80 + "\n\n").join(notices) + "\n", encoding="utf-8")
    return copied


if __name__ == "__main__":
    for path in copy_assets():
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB\n")
