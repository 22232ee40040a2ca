"""A certificate authority for demo and tests: it lives in SEAL_FOLDER and vouches for nothing. Never in production.

A system check refuses SEAL_DEMO_AUTHORITY together with production settings.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

AUTHORITY_NAME = "督导平台演示签章机构"
AUTHORITY = "demo-authority.p12"
ROOT_CERTIFICATE = "demo-authority.pem"
VALID = timedelta(days=3650)
Pair = tuple[rsa.RSAPrivateKey, x509.Certificate]


def issue_certificate(path: Path, office_name: str, passphrase: bytes) -> None:
    """Write a PKCS#12 file for the office, once also when two workers ask at the same time. A file that names this office,
    or that another authority issued, stays."""
    with _locked(path.parent):
        if path.is_file() and not _is_ours_of_another_name(path, office_name, passphrase):
            return
        authority = _authority(path.parent, passphrase)
        _save(path, _issue(office_name, authority), passphrase, authority[1])


def _is_ours_of_another_name(path: Path, office_name: str, passphrase: bytes) -> bool:
    certificate = _certificate_of(path, path.stat().st_mtime_ns, passphrase)
    if certificate is None:
        return False
    made_here = certificate.issuer.rfc4514_string() == _name(AUTHORITY_NAME).rfc4514_string()
    return made_here and certificate.subject.rfc4514_string() != _name(office_name).rfc4514_string()


@lru_cache(maxsize=64)
def _certificate_of(path: Path, written: int, passphrase: bytes) -> x509.Certificate | None:
    return pkcs12.load_key_and_certificates(path.read_bytes(), passphrase or None)[1]


def _name(common: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "督导平台演示，不具有法律效力"),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ])  # fmt: skip


def _authority(folder: Path, passphrase: bytes) -> Pair:
    path = folder / AUTHORITY
    if path.is_file():
        key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase or None)
        assert isinstance(key, rsa.RSAPrivateKey) and certificate is not None
        return key, certificate
    made = _issue(AUTHORITY_NAME, None)
    _save(path, made, passphrase)
    (folder / ROOT_CERTIFICATE).write_bytes(made[1].public_bytes(serialization.Encoding.PEM))
    return made


def _issue(name: str, authority: Pair | None) -> Pair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = _name(name)
    signing_key, issuer = (key, subject) if authority is None else (authority[0], authority[1].subject)
    now = datetime.now(UTC)
    is_root = authority is None
    usage = x509.KeyUsage(
        digital_signature=not is_root, content_commitment=not is_root, key_cert_sign=is_root, crl_sign=is_root,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    return key, builder.sign(signing_key, hashes.SHA256())


def _save(path: Path, pair: Pair, passphrase: bytes, *chain: x509.Certificate) -> None:
    """Whole or not at all; readable by its owner only."""
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    content = pkcs12.serialize_key_and_certificates(path.stem.encode(), pair[0], pair[1], list(chain) or None, lock)
    half = path.with_suffix(".half")
    half.touch(mode=0o600)
    half.write_bytes(content)
    os.replace(half, path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
