"""The certificate that an office seals with: a PKCS#12 file of its division's code in SEAL_FOLDER, on the workers only."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from records.sealing import SealFailed


def path_for(owner_code: int) -> Path | None:
    """The office's file; None without one. The demo's authority issues it where it is switched on."""
    if not settings.SEAL_FOLDER:
        return None
    path = Path(settings.SEAL_FOLDER) / f"{owner_code}.p12"
    return path if path.is_file() or settings.SEAL_DEMO_AUTHORITY else None


def passphrase(owner_code: int) -> bytes:
    """SEAL_PASSPHRASE_530102 of the environment, else SEAL_PASSPHRASE for all."""
    return os.environ.get(f"SEAL_PASSPHRASE_{owner_code}", settings.SEAL_PASSPHRASE).encode()


def open_for(owner_code: int, office_name: str) -> Path:
    """The office's file; the demo's authority makes it, anew for an office of another name. SealFailed says what to do."""
    path = path_for(owner_code)
    if path is None:
        raise SealFailed("没有找到本单位的电子签章证书。请联系系统管理员安装，或改为打印盖章后上传扫描件。")
    if settings.SEAL_DEMO_AUTHORITY:
        from records.sealing.demo_authority import issue_certificate

        issue_certificate(path, office_name, passphrase(owner_code))
    return path
