"""What the rules of papers refuse, each by name; the HTTP edge has the sentences (409)."""

from shared.store.commands import Refusal


class DocumentAttachedAlready(Refusal):
    """The same content is there under the same kind."""

    code = "DOCUMENT_ATTACHED_ALREADY"


class TooManyDocuments(Refusal):
    """As many papers as a claim or plan may have."""

    code = "TOO_MANY_DOCUMENTS"


class DocumentUnknown(Refusal):
    """The claim or plan has no such paper, or it was withdrawn."""

    code = "DOCUMENT_UNKNOWN"
