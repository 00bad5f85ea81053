"""Nothing that a policy needs stays unanswerable: by a register, a table, or the claim itself."""

import msgspec
import pytest

from services.simulators.registers.questions import ATTRIBUTES
from shared.policy.amounts import fields_of_amount
from shared.policy.cases import ClaimCase, Fact
from shared.policy.conditions import fields_of
from shared.policy.judge import judge, stated_facts
from shared.policy.load import shipped
from shared.policy.pack import Pack
from shared.policy.parts import FactSpec
from shared.policy.written.casefile import CaseFile, facts_of, history_of
from shared.policy.written.judging import in_place
from shared.registers.port import REGISTERS
from tests.policy.written import cases

PACKS = {pack.policy_id: pack for pack in shipped()}
KINDS = [(pack.policy_id, kind) for pack in shipped() for kind in pack.kinds]
NO_PRICE = ("AMOUNT_CATALOGUE",)
NOT_STATED = {("HLD.K.free_training", "HLD.G.prisoner")}
"""groups that no claim reaches by its own word: the day of release is the prison's to say"""


def needed(pack: Pack, kind: str, group: str) -> list[FactSpec]:
    """Facts without which a claim of the kind holds."""
    gates = (gate.when for gate in pack.gates[kind, group])
    payees = (rule.when for rule in pack.kinds[kind].payees)
    conditions = [*gates, *payees, pack.groups[group].member_when]
    fields = {f for one in conditions if one is not None for f in fields_of(one)}
    fields |= {*fields_of_amount(pack.kinds[kind].amount)}
    return [pack.facts[f.partition(".")[2]] for f in sorted(fields) if f.startswith("facts.")]


@pytest.mark.parametrize(("policy", "kind"), KINDS)
def test_every_fact_that_a_kind_needs_has_a_register_or_a_table(policy: str, kind: str) -> None:
    pack = PACKS[policy]
    specs = [one for group in pack.kinds[kind].groups for one in needed(pack, kind, group)]
    assert {one.id for one in specs if one.ask is None and one.look_up is None} == set()


def test_every_fact_that_a_policy_reads_can_be_answered() -> None:
    """Also those that only stand in the way, e.g. a death."""
    silent = {
        (pack.policy_id, name)
        for pack in shipped()
        for names in pack.kind_facts.values()
        for name in names
        if pack.facts[name].ask is None and pack.facts[name].look_up is None
    }
    assert silent == set()


def test_the_made_up_registers_answer_what_the_policies_ask_and_nothing_else() -> None:
    asked: dict[str, set[str]] = {}
    for pack in shipped():
        for spec in pack.facts.values():
            if spec.ask is not None:
                asked.setdefault(spec.register, set()).add(spec.ask.attribute)
    assert asked == ATTRIBUTES
    assert set(asked) == REGISTERS


def models(kind: str) -> list[CaseFile]:
    """Cases that are approved, or that only a price is missing for."""
    own = [case for case in cases() if case.claim is not None and case.claim.kind == kind]
    return [
        case
        for case in own
        if case.expect is not None
        and (case.expect.decision == "APPROVE" or case.expect.reasons == NO_PRICE)
    ]


def said(claim: ClaimCase, facts: dict[str, Fact | None]) -> ClaimCase:
    """With what a claimant can say of facts that registers would be asked for."""
    more: dict[str, object] = {}
    for name, field in (("months_worked", "months_claimed"), ("days_attended", "allowance_days")):
        fact = facts.get(name)
        if fact is not None and getattr(claim, field) is None:
            more[field] = fact.value
    return msgspec.structs.replace(claim, place_basis=claim.place_basis or "resident", **more)


def stated(case: CaseFile, pack: Pack) -> bool:
    """Whether the claim passes by its own word, with the tables of the case."""
    assert case.claim is not None
    given = facts_of(case, pack)
    claim = said(in_place(case.claim, pack), given)
    facts: dict[str, Fact | None] = dict(stated_facts(pack, claim))
    facts |= {name: fact for name, fact in given.items() if pack.facts[name].look_up}
    found = judge(pack, claim, facts, history_of(case, pack), case.on or claim.claimed_on)
    return found.decision == "APPROVE" or found.reasons == NO_PRICE


@pytest.mark.parametrize(("policy", "kind"), KINDS)
def test_a_claim_of_each_kind_passes_by_its_own_word_where_no_register_is_asked(
    policy: str, kind: str
) -> None:
    passed: dict[tuple[str, str], bool] = {}
    for case in models(kind):
        assert case.claim is not None
        group = (kind, case.claim.group)
        passed[group] = passed.get(group, False) or stated(case, PACKS[policy])
    assert passed
    assert {group for group, one in passed.items() if not one} == NOT_STATED & set(passed)
