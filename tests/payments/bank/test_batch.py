"""When a batch may go: what audit must have judged, and when two persons may go without it."""

import csv
import io
from datetime import timedelta

import pytest

from services.payments.bank.batch import (
    OVERRIDE_TERM,
    AuditHeard,
    Batch,
    MixedBatch,
    OverrideUnusable,
    ask_override,
    not_judged,
    overriders,
    require_one_fund,
    seals_of_audit,
)
from services.payments.bank.file import PaymentLine, digest, render
from services.payments.bank.payable import instruction_id
from services.payments.hands import HandTwice
from shared.events.base import CLAIM_EVENTS
from shared.events.batches import AuditOverrideAsked
from tests.folding import START
from tests.payments.bank.builders import (
    ASKER,
    NOW,
    RELEASER,
    override_asked,
    payment,
    released,
    said,
    state,
)


def test_audit_must_have_judged_the_place_of_every_approval() -> None:
    assert not_judged(payment(), said(0, p3=41)) == []
    assert not_judged(payment(), said(0, p3=40)) == list(payment().approvals)
    assert not_judged(payment(), said(0, p2=99)) == list(payment().approvals)
    [seal] = seals_of_audit([payment(), payment()], said(0, p3=50))
    assert (seal.topic, seal.partition, seal.seq) == (CLAIM_EVENTS, 3, 50)


def test_a_payment_without_a_known_approval_is_never_covered_by_chance() -> None:
    assert not_judged(payment(), said(None)) == list(payment().approvals)


def test_nobody_overrides_an_audit_that_spoke_within_ten_minutes() -> None:
    [facts] = ask_override(Batch(), ASKER, "down", said(10), NOW).events

    assert isinstance(facts, AuditOverrideAsked)
    assert facts.asked_by == ASKER
    with pytest.raises(AuditHeard):
        ask_override(Batch(), ASKER, "down", said(9), NOW)
    with pytest.raises(AuditHeard):
        overriders(state(override_asked()), RELEASER, [payment()], said(9), NOW)


def test_audit_has_ten_minutes_for_the_newest_approval_of_the_batch() -> None:
    both = [payment(60), payment(9)]

    with pytest.raises(AuditHeard):
        overriders(state(override_asked()), RELEASER, both, said(60), NOW)
    with pytest.raises(AuditHeard):
        overriders(state(override_asked()), RELEASER, both, said(None), NOW)
    named = overriders(state(override_asked()), RELEASER, [payment(10)], said(None), NOW)
    assert named == (ASKER, RELEASER)


def test_two_persons_override_once_and_within_a_day() -> None:
    with pytest.raises(HandTwice):
        overriders(state(override_asked()), ASKER, [payment()], said(60), NOW)
    for batch in (Batch(), state(released()), state(override_asked(), released())):
        with pytest.raises(OverrideUnusable):
            overriders(batch, RELEASER, [payment()], said(60), NOW)
    elsewhere = [payment(jurisdiction="211403")]
    with pytest.raises(OverrideUnusable):
        overriders(state(override_asked()), RELEASER, elsewhere, said(60), NOW)
    late = START + OVERRIDE_TERM + timedelta(seconds=2)
    with pytest.raises(OverrideUnusable):
        overriders(state(override_asked()), RELEASER, [payment()], said(60), late)
    with pytest.raises(OverrideUnusable):
        ask_override(state(override_asked()), ASKER, "down", said(60), NOW)


def test_a_batch_takes_money_from_one_fund_of_one_jurisdiction() -> None:
    require_one_fund("211402", [payment(), payment()])
    for other in (payment(fund="G"), payment(jurisdiction="211403")):
        with pytest.raises(MixedBatch):
            require_one_fund("211402", [payment(), other])
    with pytest.raises(MixedBatch):
        require_one_fund("210200", [payment()])


def test_a_name_that_a_spreadsheet_would_run_gets_an_apostrophe() -> None:
    names = ['=HYPERLINK("http://x")', "+86", "-1", "@a", "张三", '甲"乙,丙']
    lines = [PaymentLine(n, "f" * 32, name, "6222", 1) for n, name in enumerate(names, start=1)]
    content = render(lines)
    _, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))

    assert content.startswith(b"\xef\xbb\xbf")
    assert [row[2] for row in rows] == [f"'{name}" for name in names[:4]] + names[4:]
    assert [row[4] for row in rows] == ["0.01"] * 6
    assert digest(content) == digest(render(lines))


def test_an_order_has_an_id_of_its_own_for_ever() -> None:
    assert instruction_id("payout-1", 1) == "5dc2d56bf60856429562f07236bdaf28"
    ids = {instruction_id(stream, n) for stream in ("payout-1", "advance-1") for n in (1, 2)}
    assert len(ids) == 4
