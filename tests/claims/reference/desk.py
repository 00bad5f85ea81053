"""Who brings files of reference data, and who confirms them."""

from collections.abc import Iterator
from itertools import count

from shared.http.identity import Role
from tests.installation import Answer, Person, Running

KEYS: Iterator[int] = count()


class Desk:
    """Both, and what they see."""

    def __init__(self, claims: Running) -> None:
        self.clerk = claims.person("clerk-7", Role.CLERK)
        self.approver = claims.person("approver-7", Role.APPROVER)

    async def bring(
        self, table: str, data: bytes, scope: str, *, by: Person | None = None, type_: str = ""
    ) -> Answer:
        key = f"reference-{next(KEYS)}"
        kind = {"Content-Type": type_ or "text/csv"}
        return await (by or self.clerk).post(
            f"/references/{table}?jurisdiction=211400{scope}", key=key, raw=data, **kind
        )

    async def confirm(self, table: str, proposal: str, by: Person | None = None) -> Answer:
        path = f"/references/{table}/{proposal}/confirm"
        return await (by or self.approver).post(path, key=f"confirm-{next(KEYS)}")

    async def in_force(self, table: str, data: bytes, scope: str) -> str:
        brought = await self.bring(table, data, scope)
        assert brought.body["outcome"] == "proposed", brought.body
        done = await self.confirm(table, brought.body["proposal"])
        assert done.body == {"table": table, "event": "ReferenceImported"}, done.body
        return str(brought.body["sha256"])

    async def wages(self, table: str, day: str) -> list[tuple[str, str]]:
        shown = await self.clerk.get(f"/references/{table}?on={day}")
        return [(row["area"], row["cells"][0]["said"]) for row in shown.body["rows"]]
