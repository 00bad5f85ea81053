"""HLD-15-4: nobody brings a paper whose content a connected register answers."""

from dataclasses import replace
from types import MappingProxyType

import msgspec

from services.claims.claim.judgement import case_of
from services.claims.document.asked import papers_missing
from shared.policy.conditions import Compare, Scope
from shared.policy.pack import Pack
from shared.policy.papers import papers_asked, papers_wanted
from shared.policy.parts import Paper, Words
from tests.claims.claim.builders import GOOD, PACK, PLACE, TODAY

WORDS = Words(zh="证书", en="certificate")
CERTIFICATE = Paper(code="certificate", name=WORDS, clause="HLD-14-1", answered_by=("CERT_REG",))
CONTRACT = Paper(code="contract", name=WORDS, clause="HLD-14-1")
WORKERS_ONLY = Compare(field="claim.group", by="eq", value="HLD.G.employee")
INSURANCE = Paper(code="insurance", name=WORDS, clause="HLD-14-1", when=WORKERS_ONLY)
SCOPE = Scope(case_of(GOOD, PLACE), {}, TODAY)


def pack_with(*papers: Paper) -> Pack:
    kind = msgspec.structs.replace(PACK.kinds[GOOD.kind], papers=papers)
    return replace(PACK, kinds=MappingProxyType({**PACK.kinds, GOOD.kind: kind}))


def test_without_a_register_every_paper_is_asked_for_once() -> None:
    asked = papers_asked([CERTIFICATE, CONTRACT, CONTRACT], ())

    assert (asked.asked, asked.from_registers) == (("certificate", "contract"), ())
    assert asked.papers_asked == 2


def test_a_paper_that_a_connected_register_answers_is_not_asked_for() -> None:
    asked = papers_asked([CERTIFICATE, CONTRACT], {"CERT_REG", "SOC_INS"})

    assert (asked.asked, asked.from_registers) == (("contract",), ("certificate",))
    assert asked.papers_asked == 1


def test_what_is_attached_is_not_missing_and_the_order_is_the_policys() -> None:
    assert papers_missing(("c", "a", "b", "c"), {"a", "other"}) == ("c", "b")


def test_a_paper_under_a_condition_is_wanted_unless_it_is_known_not_to_hold() -> None:
    pack = pack_with(INSURANCE, CONTRACT)
    farmer = case_of(msgspec.structs.replace(GOOD, group="HLD.G.rural"), PLACE)

    assert papers_wanted(pack, SCOPE) == (INSURANCE, CONTRACT)
    assert papers_wanted(pack, msgspec.structs.replace(SCOPE, case=farmer)) == (CONTRACT,)


def test_an_unknown_kind_asks_for_nothing() -> None:
    stranger = case_of(msgspec.structs.replace(GOOD, kind="HLD.K.other"), PLACE)

    assert papers_wanted(pack_with(CONTRACT), msgspec.structs.replace(SCOPE, case=stranger)) == ()
