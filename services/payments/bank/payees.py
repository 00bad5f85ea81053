"""Names and account numbers, opened for the bank's file alone; every opening is recorded."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.payments.bank.payable import Seals
from shared.events.base import Sealed
from shared.events.persons import PersonalDataRead
from shared.vault.client import Vault
from shared.vault.sealing import PersonKey, open_sealed, seal

PURPOSE = "bank-file"


class Opened(NamedTuple):
    """What a bank needs of a payee, in the clear, each field with the key that seals it."""

    fields: Mapping[str, str]
    keys: Mapping[str, PersonKey]

    def sealed_for(self, event_id: str) -> dict[str, Sealed]:
        """The same fields, bound to another event."""
        return {
            name: seal(self.keys[name], event_id, name, text) for name, text in self.fields.items()
        }


async def open_payees(
    vault: Vault, payees: Sequence[Seals], actor: str
) -> tuple[list[Opened | None], list[str]]:
    """Each payee, or None where the person was erased; and whose data was opened."""
    persons = sorted({sealed.person for seals in payees for sealed in seals.fields.values()})
    found = await vault.open_keys(persons, purpose=PURPOSE, actor=actor) if persons else ()
    keys = {key.person: key for key in found if key is not None}
    return [_opened(seals, keys) for seals in payees], sorted(keys)


def read_by(persons: Sequence[str], reader: str, batch: str) -> list[PersonalDataRead]:
    """The event that says so; none where nobody's data was opened."""
    if not persons:
        return []
    return [
        PersonalDataRead(
            persons=tuple(persons), reader=reader, purpose=PURPOSE, fields=("name", "account"),
            subject=batch,
        )
    ]  # fmt: skip


def _opened(seals: Seals, keys: Mapping[str, PersonKey]) -> Opened | None:
    if any(sealed.person not in keys for sealed in seals.fields.values()):
        return None
    own = {name: keys[sealed.person] for name, sealed in seals.fields.items()}
    text = {
        name: open_sealed(own[name], seals.event_id, name, sealed)
        for name, sealed in seals.fields.items()
    }
    return Opened(text, own)
