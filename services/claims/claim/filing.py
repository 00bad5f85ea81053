"""From what a claimant says to a ClaimSubmitted: references from the vault, names sealed."""

from collections.abc import Container, Sequence
from operator import attrgetter

import msgspec

from services.claims import problems
from shared.clock import Clock
from shared.events.base import Sealed
from shared.events.claims import ClaimContent, ClaimSubmitted
from shared.http import catalogue as codes
from shared.http.identity import Actor, Role
from shared.http.problems import Kind, Problem
from shared.ids import new_event_id
from shared.policy.conditions import fields_of
from shared.policy.pack import Pack
from shared.tables.roster import RosterRow
from shared.vault import values
from shared.vault.client import Referred, Vault
from shared.vault.identity import parse_resident_id
from shared.vault.sealing import PersonKey, seal

_SAME = tuple(
    name
    for name in RosterRow.__struct_fields__
    if name in ClaimContent.__struct_fields__ and name not in {"certificate"}
)
_same_of = attrgetter(*_SAME)


class Filed(msgspec.Struct, frozen=True):
    """One claim ready to be appended; its sealed fields belong to this event id."""

    event_id: str
    content: ClaimSubmitted


def row_refusals(
    row: RosterRow, pack: Pack | None, occupations: Container[str] | None
) -> list[tuple[str, Kind]]:
    """What no policy here covers, or no catalogue knows, by JSON pointer; `occupations` None: they
    were looked up already."""
    if pack is None:
        return [("/jurisdiction", problems.JURISDICTION_UNKNOWN)]
    found: list[tuple[str, Kind]] = []
    if row.kind not in pack.kinds:
        found.append(("/kind", problems.KIND_UNKNOWN))
    if row.group not in pack.groups:
        found.append(("/group", problems.GROUP_UNKNOWN))
    if occupations is not None and row.occupation not in occupations:
        found.append(("/occupation", problems.OCCUPATION_UNKNOWN))
    named = row.personal.certificate_number is not None or row.plan is not None
    if not named and _asks_certificate(pack, row):
        found.append(("/certificate/number", problems.CERTIFICATE_OR_PLAN))
    if row.personal.certificate_number is not None and row.certificate_issued_on is None:
        found.append(("/certificate/issued_on", codes.FIELD_REQUIRED))
    if row.training_to < row.training_from:
        found.append(("/training/ends_on", problems.DATE_ORDER))
    return found


def _asks_certificate(pack: Pack, row: RosterRow) -> bool:
    """Whether a gate of the kind reads the certificate; a kind that is unknown is another error."""
    gates = pack.gates.get((row.kind, row.group), ())
    read = (fields_of(gate.when) for gate in gates if gate.when is not None)
    return any("claim.certificate" in fields for fields in read)


def organisation_of(actor: Actor) -> str | None:
    """The institution that files; persons and clerks file for the person alone.

    Raises Problem for an institution's token that does not name the institution.
    """
    if Role.INSTITUTION not in actor.roles:
        return None
    if not actor.org:
        raise Problem(codes.TOKEN_CLAIMS_WRONG)
    return actor.org


class _Filer(msgspec.Struct, frozen=True):
    """Who files: an organisation or a person, perhaps by a roster."""

    organisation: str | None
    person: str | None
    roster: str | None


async def file_claims(
    vault: Vault,
    clock: Clock,
    rows: Sequence[RosterRow],
    *,
    actor: str,
    organisation: str | None,
    roster: str | None = None,
) -> list[Filed]:
    """The rows with references for persons and numbers: one call to the vault for all of them."""
    asked = [_values(row) for row in rows]
    referred = iter(await vault.refer_for_sealing([v for each in asked for v in each], actor=actor))
    who = _Filer(organisation, None if organisation else actor, roster)
    return [
        _filed(row, [next(referred) for _ in each], clock, who)
        for row, each in zip(rows, asked, strict=True)
    ]


def _values(row: RosterRow) -> list[values.Value]:
    owner = parse_resident_id(row.personal.id_number)
    said = [values.person(owner)]
    if row.personal.certificate_number:
        said.append(values.certificate(row.personal.certificate_number, owner))
    if row.personal.account:
        said.append(values.account(row.personal.account, owner))
    if row.personal.phone:
        said.append(values.phone(row.personal.phone, owner))
    return said


def _filed(
    row: RosterRow,
    referred: Sequence[Referred],
    clock: Clock,
    who: _Filer,
) -> Filed:
    person, *others = referred
    rest = iter(others)
    personal, event_id = row.personal, new_event_id(clock)
    key = person.key
    assert key is not None
    content = ClaimSubmitted(
        **dict(zip(_SAME, _same_of(row), strict=True)),
        person=person.reference,
        certificate=next(rest).reference if personal.certificate_number else None,
        account=next(rest).reference if personal.account else None,
        phone=next(rest).reference if personal.phone else None,
        organisation=who.organisation,
        filer=who.person,
        roster=who.roster,
        roster_row=row.row if who.roster else None,
        sealed=_sealed(key, event_id, row),
    )
    return Filed(event_id, content)


def _sealed(key: PersonKey, event_id: str, row: RosterRow) -> dict[str, Sealed]:
    """What the bank file will need, readable by services that may open the person's key."""
    said = {"name": row.personal.name, "account": row.personal.account}
    return {name: seal(key, event_id, name, text) for name, text in said.items() if text}
