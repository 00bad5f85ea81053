"""What requests about batches say, and what they are answered."""

from services.payments.bank.batch import MAX_LINES, Stage
from shared.http.fields import (
    Choice,
    Fen,
    Identifier,
    Items,
    Schema,
    StrictInteger,
    StrictString,
)

BATCH_ID = r"batch-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class ReleaseSchema(Schema):
    """What is released, in the order of the file; `override` names what the first person asked."""

    payables = Items(
        Identifier(60, zh="拨付、预支或结算", en="payouts, plans' money"), MAX_LINES, min=1
    )
    override = Identifier(60, pattern=BATCH_ID, required=False)


class OverrideSchema(Schema):
    jurisdiction = Identifier(6, pattern="[0-9]{6}")
    reason = StrictString(200, zh="不得含个人信息", en="no personal data")


class BatchAnswer(Schema):
    batch = Identifier(60)
    event = Identifier(64)
    lines = StrictInteger(1, required=False)
    amount_fen = Fen(required=False)
    bank_file_sha256 = Identifier(64, required=False)


class BatchShown(Schema):
    """One file for the bank; `asked_by` and `overridden_by` where audit was overridden."""

    batch = Identifier(60)
    state = Choice(*[stage.value for stage in Stage])
    jurisdiction = Identifier(6)
    asked_by = Identifier(64, required=False)
    released_by = Identifier(64, required=False)
    fund = Identifier(64, required=False)
    orders = Items(Identifier(120), MAX_LINES, required=False)
    amount_fen = Fen(required=False)
    lines = StrictInteger(1, required=False)
    bank_file_sha256 = Identifier(64, required=False)
    overridden_by = Items(Identifier(64), 2, required=False)
