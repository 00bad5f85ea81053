"""Old decisions as events: references for persons and numbers, names sealed, a fixed stream id."""

from collections.abc import Sequence

import msgspec

from shared.clock import Clock
from shared.events.claims import ClaimImported
from shared.ids import new_event_id, old_claim_id, old_plan_id
from shared.tables.history import ClaimLine
from shared.vault import values
from shared.vault.client import Referred, Vault
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import seal

_SAME = tuple(
    name
    for name in ClaimLine.__struct_fields__
    if name in ClaimImported.__struct_fields__ and name not in {"supersedes", "plan"}
)


class Imported(msgspec.Struct, frozen=True):
    """One old decision ready to be appended."""

    stream_id: str
    event_id: str
    jurisdiction: str
    facts: ClaimImported


async def imported_claims(
    vault: Vault, clock: Clock, lines: Sequence[ClaimLine], *, actor: str, file_sha256: str
) -> list[Imported]:
    """The lines with references; one call to the vault for all of them."""
    asked = [_values(line) for line in lines]
    referred = iter(await vault.refer_for_sealing([v for each in asked for v in each], actor=actor))
    return [
        _imported(line, [next(referred) for _ in each], clock, file_sha256)
        for line, each in zip(lines, asked, strict=True)
    ]


def _values(line: ClaimLine) -> list[values.Value]:
    personal = line.personal
    owner = parse_resident_id(personal.id_number)
    said = [values.person(owner)]
    if personal.certificate_number:
        said.append(values.certificate(personal.certificate_number, owner))
    if personal.account:
        said.append(values.account(personal.account, owner))
    if personal.reissue_of:
        said.append(values.certificate(personal.reissue_of, owner))
    return said


def _imported(
    line: ClaimLine, referred: Sequence[Referred], clock: Clock, file_sha256: str
) -> Imported:
    person, *others = referred
    rest = iter(others)
    personal, event_id = line.personal, new_event_id(clock)
    assert person.key is not None
    replaced = old_claim_id(line.jurisdiction, line.supersedes) if line.supersedes else None
    facts = ClaimImported(
        **{name: getattr(line, name) for name in _SAME},
        person=person.reference,
        certificate=next(rest).reference if personal.certificate_number else None,
        account=next(rest).reference if personal.account else None,
        reissue_of=next(rest).reference if personal.reissue_of else None,
        supersedes=replaced,
        plan=old_plan_id(line.jurisdiction, line.plan) if line.plan else None,
        year=line.decided_on.year,
        import_sha256=file_sha256,
        import_row=line.row,
        sealed={"name": seal(person.key, event_id, "name", personal.name)},
    )
    return Imported(
        old_claim_id(line.jurisdiction, line.old_reference), event_id, line.jurisdiction, facts
    )
