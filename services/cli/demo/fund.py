"""The fund's chapter: money from the budget, a batch of payouts, one that the bank sends back."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.cli.demo.bank import Batch, send
from services.cli.demo.desk import Desk, until
from services.cli.demo.expected import FundKey
from services.cli.demo.notices import show
from services.cli.people import OFFICER, SECOND_OFFICER
from shared.ids import payout_id

FUND, YEAR = "SKILL-2021", 2021
OPENED_ON = date(2021, 1, 4)
NEW_ACCOUNT = "6299999988800001"


class Step(msgspec.Struct, frozen=True):
    """The answer to a command about money."""

    event: str = ""
    fund: str = ""


class Balances(msgspec.Struct, frozen=True):
    """In fen; `source` is below 0 by what the budget gave."""

    source: int
    available: int
    payable: int
    transit: int
    spent: int
    written_off: int


class Reconciliation(msgspec.Struct, frozen=True):
    """What GET /funds/{fund}/reconciliation says; `sum_fen` is over all lines of the journal."""

    fund: str
    balances: Balances
    sum_fen: int
    balanced: bool


class _Many(msgspec.Struct, frozen=True):
    authorised: int
    refused: int


class _Payout(msgspec.Struct, frozen=True):
    state: str
    waits_for: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FundChapter:
    """Payouts of the first story that leave from the fund of one district."""

    desk: Desk
    key: FundKey

    async def open(self) -> str:
        """The fund's id, with the budget's money in it."""
        officer = self.desk.at("payments", OFFICER)
        body = {
            "jurisdiction": self.key.jurisdiction, "fund": FUND, "year": YEAR, "purposes": [],
            "source": "unemployment_insurance_surplus", "bank": "ICBC",
            "account": "6222999900000001", "opened_on": OPENED_ON,
        }  # fmt: skip
        fund = (await officer.post("/funds", "open-fund", body, Step)).fund
        given = {
            "amount_fen": self.key.allocated_fen, "document": "HLD-CS-2021-7",
            "allocated_on": OPENED_ON, "approved_by": "director-1",
        }  # fmt: skip
        await officer.post(f"/funds/{fund}/allocate", "allocate", given, Step)
        return fund

    async def pay(self, claims: Mapping[int, str], roster: bytes) -> list[Batch]:
        """A batch, and a second one for the payout that came back; `claims` by row."""
        payouts = [payout_id(claims[row]) for row in self.key.payouts]
        back = payout_id(claims[self.key.returned])
        one_up = self.desk.step("payouts", 3)
        shown = [claims[row] for row in self.key.payouts]
        await show(self.desk, self.key.jurisdiction, shown)
        await self._scheduled(payouts)
        await self._authorise(payouts)
        one_up()
        first = await send(self.desk, "payouts", payouts, {back})
        one_up()
        await self._corrected(back, _row(roster, self.key.returned))
        second = await send(self.desk, "payout, reissued", [back])
        one_up()
        return [first, second]

    async def reconciled(self, fund: str) -> Reconciliation:
        officer = self.desk.at("payments", OFFICER)
        return await officer.get(f"/funds/{fund}/reconciliation", Reconciliation)

    async def _scheduled(self, payouts: Sequence[str]) -> None:
        officer = self.desk.at("payments", OFFICER)
        for payout in payouts:

            async def there(payout: str = payout) -> bool | None:
                found = await officer.get(f"/payouts/{payout}", _Payout)
                return (found.state, found.waits_for) == ("scheduled", None) or None

            await until(f"{payout} is scheduled and was shown", there)

    async def _authorise(self, payouts: Sequence[str]) -> None:
        body = {"fund": FUND, "payouts": payouts}
        officer = self.desk.at("payments", OFFICER)
        many = await officer.post("/payouts/authorise", "authorise-payouts", body, _Many)
        if many.refused:
            raise AssertionError(f"{many.refused} payouts were not authorised")

    async def _corrected(self, payout: str, row: Mapping[str, str]) -> None:
        """The payee names another account at the counter; a second officer writes it down."""
        body = {
            "id_number": row["身份证号码"], "name": row["姓名"], "account": NEW_ACCOUNT,
            "requested_by": "person",
        }  # fmt: skip
        second = self.desk.at("payments", SECOND_OFFICER)
        await second.post(f"/payouts/{payout}/account", f"account-{payout}", body, Step)
        officer = self.desk.at("payments", OFFICER)
        await officer.post(f"/payouts/{payout}/reissue", f"reissue-{payout}", {}, Step)


def _row(roster: bytes, row: int) -> Mapping[str, str]:
    """A line of the roster by its number; the header is line 1."""
    return list(csv.DictReader(io.StringIO(roster.decode())))[row - 2]
