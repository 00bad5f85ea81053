"""Every rule of the five documents is in a pack, and a case shows what it changes."""

from pathlib import Path

import msgspec
import pytest
import yaml

from shared.policy.coverage import covered, entries_of, pack_without
from shared.policy.written.judging import judged
from tests.policy.written import cases_of, packs, plain_packs

IDS = yaml.safe_load((Path(__file__).parent / "rule_ids.yaml").read_text(encoding="utf-8"))
CARRIED = [
    (policy, rule)
    for policy, scopes in IDS.items()
    for scope in ("in", "interface")
    for rule in scopes[scope]
]


@pytest.mark.parametrize("policy", IDS)
def test_every_rule_id_of_the_document_stands_in_the_pack_with_its_scope(policy: str) -> None:
    pack = next(pack for (name, _), pack in packs().items() if name == policy)
    found = {
        scope: [rule.id for rule in pack.content.rules if rule.scope == scope]
        for scope in ("in", "interface", "out")
    }
    assert found == IDS[policy]


@pytest.mark.parametrize("policy", IDS)
def test_no_rule_in_scope_is_without_an_entry(policy: str) -> None:
    pack = next(pack for (name, _), pack in packs().items() if name == policy)
    rules = covered(pack.content, plain_packs()[policy])
    assert [one.rule for one in rules if one.scope != "out" and not one.entries] == []


@pytest.mark.parametrize("policy", IDS)
def test_no_entry_names_a_rule_that_the_document_does_not_have(policy: str) -> None:
    known = {rule for scope in IDS[policy].values() for rule in scope}
    named = {entry.rule for entry in entries_of(plain_packs()[policy])}
    assert sorted(named - known) == []


@pytest.mark.parametrize(("policy", "rule"), CARRIED)
def test_a_case_of_the_rule_comes_out_differently_without_its_entries(
    policy: str, rule: str
) -> None:
    shown = cases_of(policy, rule)
    assert shown, f"no case shows {rule}"
    crippled = pack_without(plain_packs()[policy], rule)
    instead = {key: crippled if key[0] == policy else pack for key, pack in packs().items()}
    changed = [
        case.case
        for case in shown
        if judged(msgspec.structs.replace(case, policy=policy), instead).differences
    ]
    assert changed, f"{', '.join(case.case for case in shown)} are the same without {rule}"
