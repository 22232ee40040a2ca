"""What a person asks for as a file to keep or print: a draft in Word, a form on paper. Jobs: the libraries are slow to load."""

from __future__ import annotations

from accounts.actors import Actor
from records.actions.documents import revise_refusal, version_of
from records.documents.papers import compose
from records.documents.word_parts import parts_of
from records.jobs import Running, runs, start
from records.models import Document, Job
from records.state import Refused
from records.storage import put

WORD = "documents.word"
WORD_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def export_word(document: Document, *, by: Actor) -> Job:
    """Ask for the draft as a Word file; the job's page hands it out."""
    refused = revise_refusal(document, by)
    if refused is not None:
        raise Refused(refused)
    return start(WORD, by=by, params={"document": document.pk}, title=f"导出Word：{document.title}")


@runs(WORD, label="导出 Word")
def write_draft(job: Running) -> None:
    """The draft as it stands when the worker comes to it."""
    from records.rendering.word import write_word

    document = Document.objects.visible_to(job.actor).get(pk=job.params["document"])
    refused = revise_refusal(document, job.actor)
    if refused is not None:
        raise Refused(refused)
    parts = parts_of(document.title, document.content, compose(document))
    job.expect(1)
    content = write_word(parts, mark=f"{document.pk}:{version_of(document)}", title=document.title)
    job.result(name=f"{document.title[:80]}.docx", sha256=put(content), size=len(content), mime=WORD_MIME)
    job.leads_to(f"{document.get_absolute_url()}word/")
    job.step()
