"""What the rules of reference data refuse, each by name."""

from shared.store.commands import Refusal


class ImportUnknown(Refusal):
    """The table has no such import waiting for a second person."""

    code = "IMPORT_UNKNOWN"


class ImportOverlaps(Refusal):
    """Something was put in force since; rows of the import now meet its rows."""

    code = "IMPORT_OVERLAPS"


class TooManyInstitutions(Refusal):
    """An import of the register says something new of more institutions than one commit takes."""

    code = "TOO_MANY_INSTITUTIONS"
