"""Random cases of every city: always an answer, never too much, and the same in Python and SQL.

One code, two sizes: 50,000 cases with the tests, 1,000,000 by `make soak`.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom

import msgspec
import pytest

from shared.policy.cases import Judgement
from shared.policy.conditions import Scope, holds
from shared.policy.judge import judge
from shared.policy.load import shipped
from shared.policy.pack import Pack
from tests.policy.duck import Answer, judged_by_sql
from tests.policy.random_cases import Cases, RandomCase

SMALL = 50_000
PER_HISTORY = 500  # 2,000 histories of `make soak` make a million cases
CHUNK = 50_000
SEED = int(os.environ.get("TEST_SEED", SystemRandom().randrange(2**32)))
NUMBER = int(os.environ.get("LEDGER_HISTORIES", SMALL // PER_HISTORY)) * PER_HISTORY
PACKS = shipped()


def answers(pack: Pack, cases: Sequence[RandomCase]) -> list[Judgement]:
    return [judge(pack, one.claim, one.facts, one.history, one.on) for one in cases]


def digest_of(pack: Pack, seed: int, number: int) -> str:
    """SHA-256 over the answers to so many cases of a seed."""
    found = answers(pack, list(Cases(pack, Random(seed)).made(number)))
    return hashlib.sha256(msgspec.json.encode(found)).hexdigest()


def short(found: Judgement) -> Answer:
    return (
        found.decision,
        found.amount_fen,
        found.payee_kind,
        tuple(sorted(found.reasons)),
        tuple(sorted(found.flags)),
    )


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.policy_id)
def test_random_cases_have_one_sound_answer_in_python_and_in_sql(pack: Pack) -> None:
    print(f"TEST_SEED={SEED}")
    made = Cases(pack, Random(SEED))
    left = NUMBER // len(PACKS)
    seen: set[str] = set()
    while left > 0:
        cases = list(made.made(min(CHUNK, left)))
        found = answers(pack, cases)
        for case, judgement in zip(cases, found, strict=True):
            assert_sound(pack, case, judgement)
        assert found[:2000] == answers(pack, cases[:2000])
        by_sql = judged_by_sql(pack, cases)
        differing = [
            (case, short(one), other)
            for case, one, other in zip(cases, found, by_sql, strict=True)
            if short(one) != other
        ]
        assert differing[:1] == [], f"{len(differing)} differ, seed {SEED}"
        seen |= {one.decision for one in found}
        left -= len(cases)
    assert seen == {"APPROVE", "REJECT", "HOLD"}


def assert_sound(pack: Pack, case: RandomCase, found: Judgement) -> None:
    """Never negative; nothing is paid unless every condition that it needs is known to hold."""
    assert found.amount_fen >= 0
    if found.decision != "APPROVE":
        assert found.amount_fen == 0
        assert found.payee_kind is None
        return
    assert found.amount_fen > 0
    scope = Scope(case.claim, {k: v for k, v in case.facts.items() if v is not None}, case.on)
    group = pack.groups[case.claim.group]
    assert group.member_when is None or holds(group.member_when, scope) is True
    for gate in pack.gates[case.claim.kind, case.claim.group]:
        if gate.when is not None and gate.decision != "FLAG":
            assert holds(gate.when, scope) is True, gate.id
        if gate.unless is not None and gate.decision != "FLAG":
            assert holds(gate.unless, scope) is not True, gate.id


def test_a_new_process_gives_the_same_answers() -> None:
    pack = PACKS[0]
    code = (
        "from shared.policy.load import shipped;from tests.policy.test_fuzz import digest_of;"
        f"print(digest_of(shipped()[0], {SEED}, 1000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert done.stdout.strip() == digest_of(pack, SEED, 1000)
