"""A seal by signature: PAdES (ETSI EN 319 142) over the whole paper, certified so that no later change is allowed.

Sign, then hash: the bytes that come out are the paper. Loads pyHanko: workers only.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, fields, sign_pdf
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from records.sealing import SealFailed, certificates

FIELD = "Seal"


class OpenSigner(SimpleSigner):
    """Keeps the key that it has read and checked: the library reads it anew for each of the two signatures of a paper, which
    takes as long as all else of sealing."""

    @cached_property
    def _key(self) -> Any:
        return load_der_private_key(self.signing_key.dump(), password=None)

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)["algorithm"].native
        if mechanism == "rsassa_pkcs1v15" or mechanism.endswith("_rsa"):
            return bytes(self._key.sign(data, PKCS1v15(), get_pyca_cryptography_hash(digest_algorithm)))
        return bytes(super().sign_raw(data, digest_algorithm))


@lru_cache(maxsize=16)
def _opened(path: Path, written: int, passphrase: bytes) -> OpenSigner | None:
    """One opening of a certificate a process, until its file is written anew (`written`: st_mtime_ns)."""
    found = SimpleSigner.load_pkcs12(str(path), passphrase=passphrase or None)  # type: ignore[no-untyped-call]
    return found and OpenSigner(
        signing_cert=found.signing_cert, signing_key=found.signing_key, cert_registry=found.cert_registry,
        signature_mechanism=found.signature_mechanism, prefer_pss=found.prefer_pss, attribute_certs=found.attribute_certs,
    )  # fmt: skip


class SignatureSeal:
    """The seal of one office, opened from its certificate. An invisible field: whoever opens the paper in a reader sees
    who signed, and the printed page stays as it was approved."""

    def __init__(self, owner_code: int, office_name: str) -> None:
        path = certificates.open_for(owner_code, office_name)
        signer = _opened(path, path.stat().st_mtime_ns, certificates.passphrase(owner_code))
        if signer is None:
            raise SealFailed("本单位的电子签章证书打不开：文件损坏或口令不对。请联系系统管理员核对。")
        self.signer, self.office_name = signer, office_name

    def name(self) -> str:
        """The certificate's owner."""
        owner = self.signer.signing_cert
        return str(owner.subject.native.get("common_name", self.office_name)) if owner else self.office_name

    def put_on(self, pdf: bytes) -> bytes:
        stamper = HTTPTimeStamper(settings.SEAL_TIMESTAMP_URL) if settings.SEAL_TIMESTAMP_URL else None
        about = PdfSignatureMetadata(
            field_name=FIELD, name=self.office_name, reason="用印", md_algorithm="sha256", certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES, subfilter=SigSeedSubFilter.PADES,
        )  # fmt: skip
        out = io.BytesIO()
        try:
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            field = fields.SigFieldSpec(FIELD, on_page=-1)
            # pyHanko runs a loop of its own, which a thread that has one (a browser's in the tests) does not allow.
            with ThreadPoolExecutor(1) as apart:
                signing = apart.submit(
                    sign_pdf, writer, about, self.signer, timestamper=stamper, new_field_spec=field, output=out
                )
                signing.result()
        except Exception as error:  # whatever the library meets, the office must hear of it in its own words
            raise SealFailed(f"电子签章没有完成：{str(error)[:200] or type(error).__name__}。") from error
        return out.getvalue()
