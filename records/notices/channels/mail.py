"""E-mail through Django's backend."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage

from records.notices.channels.base import Envelope, Undelivered

REFUSED_FOR_GOOD = 500


class MailChannel:
    off_because = "邮件服务器未接入"

    def is_on(self) -> bool:
        return bool(settings.NOTIFY_MAIL_FROM)

    def send(self, envelope: Envelope) -> None:
        """The identifier in Message-ID is the token: mail servers drop what comes twice, or at least show it once."""
        body = f"{envelope.text}\n\n{envelope.link}" if envelope.link else envelope.text
        headers = {"Message-ID": f"<{envelope.token}@dudao>", "Auto-Submitted": "auto-generated"}
        letter = EmailMessage(envelope.title, body, settings.NOTIFY_MAIL_FROM, [envelope.to], headers=headers)
        try:
            letter.send()
        except SMTPRecipientsRefused as error:
            raise Undelivered("邮件服务器拒收该地址", final=True) from error
        except SMTPResponseException as error:
            raise Undelivered(f"邮件服务器答复 {error.smtp_code}", final=error.smtp_code >= REFUSED_FOR_GOOD) from error
        except (SMTPException, OSError) as error:
            raise Undelivered("连接不上邮件服务器") from error
