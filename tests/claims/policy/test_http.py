"""A version's life over HTTP, in an installation of its own: what judges changes for all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.claims.app import build
from services.claims.packs import Policies
from services.claims.policy.decide import POLICY as POLICY_FOLD
from services.claims.policy.running import Comparison
from services.claims.policy.running import pack_of as proposed_pack
from shared.http.identity import Role
from tests.claims.filing import SHOWN, Office
from tests.claims.policy.versions import LESS_FOR_L5, MORE_FOR_L4, POLICY, pack_of, text_of
from tests.databases import Databases
from tests.faults.people import claim
from tests.installation import Answer, Person, Running, prepared

CHANGED = (MORE_FOR_L4, LESS_FOR_L5)
EARLY = "2021-04-01"
"""before the day of the certificates that these claims name"""
L5, L4, L3 = 0, 1, 2
PROPOSALS = f"/policies/{POLICY}/proposals"


@pytest.fixture(scope="module")
async def own(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    installation = await prepared(tmp_path_factory.mktemp("versions"), databases, "claims")
    async with installation.running("claims", build) as running:
        yield running


class Officers:
    """Two who may propose and publish."""

    def __init__(self, own: Running) -> None:
        self.first = own.person("officer-1", Role.APPROVER)
        self.second = own.person("officer-2", Role.APPROVER)

    async def propose(self, text: str, key: str, **more: Any) -> Answer:
        said = {"effective_from": EARLY, "retroactive": True, "reason": "the notice is of March"}
        return await self.first.post(PROPOSALS, {"pack": text, **said, **more}, key=key)

    async def compare(self, version: int, key: str, **body: Any) -> Answer:
        return await self.second.post(f"{PROPOSALS}/{version}/comparison", body, key=key)

    async def publish(self, version: int, key: str, who: Person | None = None) -> Answer:
        proposal = (await self.second.get(f"/policies/{POLICY}")).body["proposal"]
        said = {
            "content_sha256": proposal["content_sha256"],
            "summary_sha256": proposal.get("comparison", {}).get("summary_sha256", "0" * 64),
        }
        path = f"{PROPOSALS}/{version}/publish"
        return await (who or self.second).post(path, said, key=key)


async def in_force(own: Running) -> int:
    listed = (await own.person("clerk-1", Role.CLERK).get("/policies")).body["policies"]
    [version] = [one["version"] for one in listed if one["policy"] == POLICY]
    return int(version)


async def test_a_wrong_pack_is_refused_with_every_place_and_what_is_in_force_stays(
    own: Running,
) -> None:
    events = await own.event_count()
    wrong = text_of(2, (MORE_FOR_L4[0], MORE_FOR_L4[0].replace("200000", "-1")))
    answer = await Officers(own).propose(wrong, "wrong")
    line = 1 + wrong[: wrong.index("amount_fen: -1")].count("\n")
    assert answer.status == 422
    assert answer.codes[0] == "PACK_REFUSED"
    [mistake] = answer.body["errors"]
    assert mistake["detail"].startswith(f"{line}:")
    assert mistake["detail_zh"].startswith(f"第{line}行第")
    assert mistake["detail_zh"].endswith("数值必须 >= 1。")
    twice = text_of(2) + "\nversion: 2\ntitle: 1\n"
    assert (await Officers(own).propose(twice, "twice")).codes.count("DUPLICATE_KEY") == 2
    assert (await own.event_count(), await in_force(own)) == (events, 1)


async def test_a_pack_of_another_policy_or_city_is_refused(own: Running) -> None:
    officers = Officers(own)
    other = text_of(2).replace(f"policy_id: {POLICY}", "policy_id: HLD-2022-1")
    assert (await officers.propose(other, "other")).codes[0] == "OTHER_POLICY"
    stranger = own.person("officer-9", Role.APPROVER, at="370300")
    body = {"pack": text_of(2), "effective_from": "2100-01-01"}
    refused = await stranger.post(PROPOSALS, body, key="abroad")
    assert refused.codes == ["JURISDICTION_REFUSED"]


async def test_the_life_of_a_version(own: Running) -> None:
    """Compared with four claims, published by another, in force for the claims of its days."""
    office, officers = Office(own), Officers(own)
    await office.approved(claim(8_001, level=L4), "gains")
    loser, _ = await office.proposed(claim(8_002, level=L5), "loses")
    await office.proposed(claim(8_003, level=L3), "stays")
    waiting, seen = await office.proposed(claim(8_004, level=L4), "waiting")
    await _compared(own, officers, loser)
    await _published(own, officers)
    await _stale(own, office, waiting, seen)
    await _refused_again(officers)


async def _compared(own: Running, officers: Officers, loser: str) -> None:
    made = await officers.propose(text_of(2, *CHANGED), "v2")
    assert (made.status, made.body["event"]) == (200, "PolicyProposed"), made.body
    assert (await officers.publish(2, "too-early")).codes == ["NOT_COMPARED"]
    await _resumed(own)
    said = (await officers.compare(2, "compare")).body
    assert (said["done"], said["total"], said["judged"]) == (True, 4, 4)
    summary = said["summary"]
    counted = [summary[name] for name in ("gain", "lose", "stay", "differ", "reached")]
    assert counted == [2, 1, 1, 3, 4]
    assert (summary["old_fen"], summary["new_fen"]) == (800_000, 870_000)
    assert summary["base"]["version"] == 1
    assert [kind["kind"] for kind in summary["kinds"]] == ["HLD.K.employee_skill"]
    lines = (await officers.first.get(f"{PROPOSALS}/2/comparison/claims?limit=2")).body
    rest = await officers.first.get(f"{PROPOSALS}/2/comparison/claims?after={lines['next']}")
    found = [*lines["claims"], *rest.body["claims"]]
    assert len(found) == 3
    [less] = [line for line in found if line["claim"] == loser]
    assert (less["old_fen"], less["new_fen"], less["new_decision"]) == (150_000, 100_000, "APPROVE")
    again_seen = await officers.compare(2, "again", again=True)
    again = again_seen.body
    assert again["run"] != said["run"]
    same = {name: again["summary"][name] for name in ("lines_sha256", "judged", "new_fen")}
    assert same.items() <= summary.items()
    assert await in_force(own) == 1  # nothing has changed for anybody
    listed = (await officers.second.get("/policies", again_seen.position)).body["policies"]
    assert [one["stage"] for one in listed if one["policy"] == POLICY] == ["compared"]


async def _resumed(own: Running) -> None:
    """Stopped before its first page; then two at once: each claim is counted once."""
    proposal = POLICY_FOLD.fold(await own.service.store.load(f"policy-{POLICY}")).proposal
    assert proposal is not None
    comparison = Comparison(own.service, proposal, await proposed_pack(proposal))
    begun = await comparison.turn(again=False, seconds=0)
    assert (begun.run.judged, begun.run.total, begun.result) == (0, 4, None)
    both = await asyncio.gather(comparison.turn(again=False), comparison.turn(again=False))
    for progress in both:
        assert progress.run.run == begun.run.run
        assert progress.result is not None
        assert progress.result.judged == 4


async def _published(own: Running, officers: Officers) -> None:
    mine = await officers.publish(2, "mine", officers.first)
    assert mine.codes == ["SAME_PERSON_TWICE"]
    done = await officers.publish(2, "v2-out")
    assert (done.status, done.body["event"]) == (200, "PolicyPublished"), done.body
    assert await in_force(own) == 2
    shown = (await officers.first.get(f"/policies/{POLICY}")).body
    assert shown["stage"] == "idle"
    first, second = shown["versions"]
    assert (first["until_before"], second["effective_from"]) == (EARLY, EARLY)
    elsewhere = Policies(own.service.store)  # another process, or this one after a restart
    standing = await elsewhere.now()
    assert standing.find(POLICY, 2, pack_of(2, *CHANGED)[0].content_sha256) is not None


async def _stale(own: Running, office: Office, waiting: str, seen: dict[str, Any]) -> None:
    """What was shown under the old version is calculated again before anybody approves it."""
    assert (await office.approve(waiting, seen, "stale")).codes == ["STALE_PROPOSAL"]
    await office.clerk.post(f"/claims/{waiting}/propose", key="anew")
    anew = (await office.clerk.get(f"/claims/{waiting}")).body["proposal"]
    assert (anew["policy"]["version"], anew["amount_fen"]) == (2, 260_000)
    said = {name: anew[name] for name in SHOWN}
    answer = await office.approver.post(f"/claims/{waiting}/approve", said, key="anew-ok")
    assert answer.status == 200, answer.body
    before = claim(8_005, level=L4)
    before["certificate"]["issued_on"] = "2021-03-31"
    _, old = await office.proposed(before, "before")
    assert (old["policy"]["version"], old["amount_fen"]) == (1, 200_000)


async def _refused_again(officers: Officers) -> None:
    for text in (text_of(2, *CHANGED), text_of(2)):
        assert (await officers.propose(text, f"again-{len(text)}")).codes == ["VERSION_PUBLISHED"]
    assert (await officers.propose(text_of(4), "v4")).codes == ["VERSION_NOT_NEXT"]
    told = await officers.propose(text_of(3), "v3", retroactive=False)
    assert told.codes == ["RETROACTIVE_UNSAID"]
    assert (await officers.propose(text_of(3), "v3-again")).status == 200
    assert (await officers.propose(text_of(3), "v3-twice")).codes == ["PROPOSAL_OPEN"]
    ending = {"reason": "too dear"}
    path = f"{PROPOSALS}/3"
    own = await officers.second.post(f"{path}/withdraw", ending, key="not-mine")
    assert own.codes == ["NOT_OWN_PROPOSAL"]
    refused = await officers.second.post(f"{path}/refuse", ending, key="no")
    assert refused.body["event"] == "PolicyProposalRefused"
    gone = await officers.second.post(f"{path}/comparison", {}, key="gone")
    assert gone.codes == ["NO_SUCH_PROPOSAL"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"pack": 7}, "STRING_EXPECTED"),
        ({"pack": ""}, "STRING_TOO_SHORT"),
        ({"pack": "x" * 524_289}, "STRING_TOO_LONG"),
        ({"effective_from": "2021-13-01"}, "DATE_INVALID"),
        ({"retroactive": "yes"}, "BOOLEAN_EXPECTED"),
        ({"more": 1}, "FIELD_UNKNOWN"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_proposal_that_is_ill_formed_is_refused(
    own: Running, body: dict[str, Any], code: str
) -> None:
    whole = {"pack": "a: 1", "effective_from": "2100-01-01", **body}
    answer = await Officers(own).first.post(PROPOSALS, whole, key=f"ill-{code}")
    assert answer.status == 422
    assert code in answer.codes


async def test_clerks_look_and_compare_but_do_not_propose(own: Running) -> None:
    clerk = own.person("clerk-1", Role.CLERK)
    body = {"pack": text_of(2), "effective_from": "2100-01-01"}
    assert (await clerk.post(PROPOSALS, body, key="clerk")).status == 403
    assert (await clerk.get("/policies/HLD-1900-1")).status == 404
    assert (await clerk.get(f"{PROPOSALS}/no/comparison")).status == 404
