"""What the registers know of the example persons: the books of the simulated bureaus."""

import json
from collections.abc import Sequence
from typing import Any

from examples.apprentice_rows import EXAMINED_ON, LEVEL, OCCUPATION, Class
from examples.roster_rows import INSTITUTIONS, Line

FIRST, LAST = "2019-01-01", "2021-12-31"
EMPLOYER = "EMPLOYER-1"


def books(lines: Sequence[Line], classes: Sequence[Class]) -> bytes:
    """JSON, an entry a line. A certificate that two persons claim belongs to the first of them."""
    insured = {line.who.id_number: _insured(line.who.id_number, EMPLOYER) for line in lines}
    certificates = {
        line.certificate_number: _certificate(
            line.certificate_number, line.who.id_number, line.occupation, line.level,
            line.issued_on.isoformat(),
        )
        for line in reversed(lines)
    }  # fmt: skip
    for own in classes:
        for one in own.apprentices:
            number = one.who.id_number
            insured[number] = _insured(number, own.enterprise)
            if one.certificate:
                certificates[one.certificate] = _certificate(
                    one.certificate, number, OCCUPATION, LEVEL, EXAMINED_ON
                )
    return _written(
        {
            "insured": list(insured.values()),
            "certificates": list(certificates.values()),
            "agreements": [
                {"institution": institution, "code": code, "first": FIRST, "last": LAST}
                for institution, code in INSTITUTIONS
            ],
        }
    )


def _insured(id_number: str, employer: str) -> dict[str, str]:
    return {"id_number": id_number, "employer": employer, "first": FIRST, "last": LAST}


def _certificate(
    number: str, id_number: str, occupation: str, level: str, issued_on: str
) -> dict[str, str]:
    return {
        "number": number, "id_number": id_number, "occupation": occupation, "level": level,
        "issued_on": issued_on,
    }  # fmt: skip


def _written(shelves: dict[str, list[dict[str, Any]]]) -> bytes:
    parts = []
    for name, entries in shelves.items():
        lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        parts.append(f' "{name}": [\n  {lines}\n ]')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()
