"""Every mistake that a pack can have, made once in a sound pack, and refused with its place."""

import re
from pathlib import Path

import pytest

from shared.policy.document import PackRefused
from shared.policy.load import PACKS, parse_pack, shipped, warned_pack
from shared.policy.mistakes import mistakes

SOUND = Path(__file__).with_name("sound.yaml").read_text(encoding="utf-8")
Change = tuple[str, str]
CHINESE = re.compile("[一-鿿]")

WHOLE = "id: whole, clause: DX-2-2, name: {zh: 总量, en: Whole}, unit: persons, number: 300, "
DUTY = "duties: [{id: magic, clause: DX-2-1, feature: magic, text: {zh: 魔法, en: Magic}}]\n"
ADVANCE = (
    "advance: {clause: DX-2-1, max_ratio_bp: 5000, settlement_days: 90, payees: [enterprise], "
    "comparison: advance_fen * 10000 <= base_fen * max_ratio_bp}\n"
)
INT_08 = (
    "- {id: INT-08, choice: earned_less_advances, question: {zh: 结算, en: Settled}, "
    "support: {zh: 如此, en: So}}\n"
)
ADVANCED = (
    ("facts:\n- id: genuine", INT_08 + "facts:\n- id: genuine"),
    ("demands:\n", ADVANCE + "demands:\n"),
)
EARLY = "{op: apart, first: claim.training_from, last: claim.claimed_on, by: le, months: 12}"
GENUINE = "{op: compare, field: facts.genuine, by: eq, value: true}"
BETWEEN = "{op: between, field: claim.training_from, first: 2020-01-01, last: 2020-12-31}"
WORK = "{op: compare, field: claim.delivery, by: eq, value: work}"
STATUS = "{op: in, field: facts.status, values: [suspended, exited]}"
POOR_MONTHS = "{op: compare, field: facts.months, by: lt, value: 12}"
HERE = "{op: starts, field: claim.training_county, values: ['9901']}"
L4 = "    - {certificate_types: [qualification, skill_level], level: L4, amount_fen: 200000}\n"
INDIVIDUAL = "when: {op: compare, field: claim.paid_by, by: eq, value: individual}"
SECOND_PAYEE = "  - {interpretation: INT-20, clause: DX-1-1}\n"
GATE = "$.kinds[0].gates[0].when"
RAISED = "$.kinds[1].amount.raised.when"
DAYS = "times: {unit: day, of: claim.allowance_days, clause: DX-1-2, max: 30, divisor: 30}"
MONTHS = "times: {unit: month, of: facts.months, clause: DX-1-2, max: 6, shared: true}"
YEARLY = "counter: training, max: 3, strength: must, reason: LIMIT_YEAR}\n"


def gate(new: str) -> Change:
    """Another condition of the first gate."""
    return GENUINE, new


FILE: list[tuple[str, Change, str]] = [
    ("YAML", ("version: 1\n", "version: [1\n"), "$"),
    ("TOO_DEEP", ("version: 1\n", f"version: {'[' * 50}1{']' * 50}\n"), "$"),
    ("ALIAS", ("version: 1\n", "version: &v 1\nother: *v\n"), "$"),
    ("DUPLICATE_KEY", ("version: 1\n", "version: 1\nversion: 2\n"), "$.version"),
    ("BAD_SCALAR", (L4, L4.replace("200000", "2000.00")), "$.kinds[0].amount.rows[1].amount_fen"),
    ("BAD_SCALAR", (L4, L4.replace("200000", "2_00")), "$.kinds[0].amount.rows[1].amount_fen"),
]
SHAPE: list[tuple[str, Change, str]] = [
    ("FORMAT", ("policy/1", "policy/2"), "$.format"),
    ("MISSING_KEY", ("version: 1\n", ""), "$"),
    ("MISSING_KEY", ("counter: training, ", ""), "$.limits[2]"),
    ("MISSING_KEY", ("by: [], as_of: training_from, value: amount", "by: [], value: amount"),
     "$.facts[2].look_up"),
    ("UNKNOWN_KEY", ("version: 1\n", "version: 1\nfamous: true\n"), "$.famous"),
    ("VALUE_TYPE", ("version: 1\n", "version: '1'\n"), "$.version"),
    ("UNKNOWN_VALUE", ("level: L3", "level: L6"), "$.kinds[0].amount.rows[2].level"),
    ("UNKNOWN_OP", gate(GENUINE.replace("compare", "exists")), f"{GATE}.op"),
    ("UNKNOWN_TYPE", ("{type: shortfall", "{type: lottery"), "$.kinds[3].amount.type"),
    ("BAD_DATE", ("valid_from: 2020-01-01", "valid_from: 2020-02-30"), "$.validity.valid_from"),
    ("OUT_OF_RANGE", ("version: 1\n", "version: 0\n"), "$.version"),
    ("OUT_OF_RANGE", ("max: 3, strength", "max: 0, strength"), "$.limits[2].max"),
    ("OUT_OF_RANGE", ("max: 30, divisor: 30", "max: 0, divisor: 30"),
     "$.kinds[1].amount.times.max"),
    ("OUT_OF_RANGE", (L4, L4.replace("200000", "0")), "$.kinds[0].amount.rows[1].amount_fen"),
    ("LIST_LENGTH", ("clauses: [DX-1-1]\n  groups: [DX.G.staff]\n  amount:\n",
                     "clauses: []\n  groups: [DX.G.staff]\n  amount:\n"), "$.kinds[0].clauses"),
    ("TEXT_LENGTH", ("en: Training subsidies of Dongxi", "en: ''"), "$.title.en"),
    ("BAD_CLAUSE", ("clause: DX-9-1", "clause: 第九条"), "$.validity.clause"),
    ("BAD_REASON_CODE", ("decision: HOLD, reason: NOT_GENUINE", "decision: HOLD, reason: fake"),
     "$.kinds[0].gates[0].reason"),
    ("BAD_REGISTER", ("register: CERT_REG\n", "register: certificates\n"), "$.facts[0].register"),
    ("BAD_SWITCH_ID", ("- {id: INT-12,", "- {id: '12',"), "$.interpretations[1].id"),
    ("BAD_FIELD", gate(GENUINE.replace("facts.genuine", "genuine")), f"{GATE}.field"),
    ("BAD_FIELD", gate("{op: present, field: facts.genuine}"), f"{GATE}.field"),
    ("BAD_FIELD", ("field: facts.ownership, c", "field: ownership, c"), "$.neutral[0].field"),
    ("BAD_AREA_CODE", ("code: '990101'", "code: '9901'"), "$.jurisdiction.children[0].code"),
    ("BAD_POLICY_ID", ("policy_id: DX-2020-1", "policy_id: dongxi"), "$.policy_id"),
    ("BAD_ID", ("{id: died_on", "{id: Died"), "$.facts[6].id"),
]  # fmt: skip
NAMES: list[tuple[str, Change, str]] = [
    ("DUPLICATE_ID", ("- id: months", "- id: genuine"), "$.facts[1]"),
    ("DUPLICATE_ID", ("- {id: INT-12", "- {id: INT-02"), "$.interpretations[1]"),
    ("DUPLICATE_ID", ("  - id: early", "  - id: genuine"), "$.kinds[0].gates[1]"),
    ("DUPLICATE_ID", ("[once, level-once, yearly]", "[once, level-once, once]"),
     "$.kinds[0].limits[2]"),
    ("DUPLICATE_ID", ("code: '990102'", "code: '990101'"), "$.jurisdiction.children[1]"),
    ("DUPLICATE_ID", ("- {id: upper", "- {id: whole"), "$.targets[1]"),
    ("DUPLICATE_ID", ("- {id: DX-3-1, scope: out", "- {id: DX-1-1, scope: out"), "$.rules[5]"),
    ("DUPLICATE_ID", ("registers: [{", "registers: [{register: CERT_REG, clause: DX-1-1}, {"),
     "$.demands[0].registers[1]"),
    ("DUPLICATE_VALUE", (STATUS, STATUS.replace("exited", "suspended")),
     "$.kinds[0].gates[2].unless.values[1]"),
    ("DUPLICATE_VALUE", ("acts: [RECOVER]", "acts: [RECOVER, RECOVER]"), "$.sanctions[0].acts[1]"),
    ("UNKNOWN_GROUP", ("groups: [DX.G.staff]\n    unless", "groups: [DX.G.all]\n    unless"),
     "$.kinds[0].gates[2].groups[0]"),
    ("UNKNOWN_GROUP", ("values: [DX.G.poor]", "values: [DX.G.rich]"), f"{RAISED}.of[1].values[0]"),
    ("UNKNOWN_KIND", ("instead: DX.K.living", "instead: DX.K.lottery"),
     "$.kinds[0].gates[1].instead"),
    ("UNKNOWN_KIND", ("- kind: DX.K.skill", "- kind: DX.K.none"), "$.demands[0].kind"),
    ("UNKNOWN_KIND", ("purposes: [DX.K.skill]", "purposes: [DX.K.none]"),
     "$.funds.special_account.purposes[0]"),
    ("UNKNOWN_LIMIT", ("[once, level-once, yearly]", "[once, twice]"), "$.kinds[0].limits[1]"),
    ("UNKNOWN_SOURCE", ("funds: [city]", "funds: [county]"), "$.kinds[0].funds[0]"),
    ("UNKNOWN_SOURCE", ("source: city", "source: county"), "$.funds.special_account.source"),
    ("UNKNOWN_FEATURE", ("neutral: [{field", DUTY + "neutral: [{field"), "$.duties[0].feature"),
    ("UNKNOWN_FACT", ("    fact: living_fen", "    fact: living"), "$.kinds[1].amount.fact"),
    ("UNKNOWN_FIELD", gate("{op: present, field: claim.shoe_size}"), f"{GATE}.field"),
    ("UNKNOWN_FIELD", gate(GENUINE.replace("genuine", "true_copy")), f"{GATE}.field"),
    ("UNKNOWN_FIELD", ("of: claim.allowance_days", "of: claim.weeks"),
     "$.kinds[1].amount.times.of"),
    ("UNKNOWN_FIELD", ("by: [kind, level]", "by: [kind, shoe_size]"), "$.facts[3].look_up.by[1]"),
    ("UNKNOWN_REGISTER", ("registers: [{register: CERT_REG,", "registers: [{register: TAX,"),
     "$.demands[0].registers[0].register"),
    ("UNKNOWN_AREA", ("area: '990102'", "area: '990109'"), "$.targets[2].area"),
    ("AREA_OF_OTHER_PROVINCE", ("- {code: '990102'", "- {code: '980102'"),
     "$.jurisdiction.children[1].code"),
]  # fmt: skip
FACTS: list[tuple[str, Change, str]] = [
    ("WRONG_TYPE", ("type: boolean\n", "type: integer\n"), "$.facts[0].type"),
    ("WRONG_TYPE", ("- id: living_fen\n  type: integer", "- id: living_fen\n  type: text"),
     "$.facts[2].type"),
    ("ASKED_WITHOUT_DAY", ("  as_of: certificate_issued_on\n", ""), "$.facts[0].ask"),
    ("ASKED_BY_FACT", ("match: [level]}", "match: [level], when: " + POOR_MONTHS + "}"),
     "$.facts[0].ask.when"),
    ("WRONG_TYPE", ("as_of: claimed_on\n", "as_of: claimed_on\n  stated_as: claim.trade\n"),
     "$.facts[1].type"),
    ("UNKNOWN_FIELD", ("as_of: claimed_on\n", "as_of: claimed_on\n  stated_as: claim.months\n"),
     "$.facts[1].stated_as"),
    ("TWO_SOURCES", ("as_of: claimed_on\n", "as_of: claimed_on\n"
                     "  ask: {about: person, read: count, attribute: month}\n"
                     "  look_up: {table: minimum_living, by: [], as_of: claimed_on, "
                     "value: amount}\n"),
     "$.facts[1].look_up"),
    ("UNKNOWN_TABLE", ("table: minimum_living", "table: wages"), "$.facts[2].look_up.table"),
    ("LOOK_UP_VALUE", ("by: [], as_of: training_from, value: amount",
                       "by: [], as_of: training_from, value: listed"), "$.facts[2].look_up.value"),
    ("NOT_A_KEY", ("by: [kind, level]", "by: [kind, trade]"), "$.facts[3].look_up.by[1]"),
    ("KEY_NOT_ASKED", ("by: [kind, level]", "by: [level]"), "$.facts[3].look_up.by"),
    ("WRONG_REGISTER", ("register: REF_MLS", "register: CATALOG"), "$.facts[2].register"),
]  # fmt: skip
CONDITIONS: list[tuple[str, Change, str]] = [
    ("OPERAND", gate(GENUINE.replace(", value: true", "")), GATE),
    ("OPERAND", gate(GENUINE.replace("value: true", "value: true, day: 2020-01-01")), GATE),
    ("WRONG_TYPE", gate(GENUINE.replace("value: true", "value: 1")), f"{GATE}.value"),
    ("WRONG_TYPE", gate(GENUINE.replace("value: true", "other: claim.level")), f"{GATE}.other"),
    ("WRONG_TYPE", gate(GENUINE.replace("value: true", "day: 2020-01-01")), f"{GATE}.field"),
    ("WRONG_TYPE", gate("{op: not, of: {op: in, field: on, values: [L5]}}"), f"{GATE}.of.field"),
    ("WRONG_TYPE", gate("{op: weighted, terms: [{field: facts.months}, {field: claim.level}], "
                        "by: lt, other: facts.months}"), f"{GATE}.terms[1].field"),
    ("NO_ORDER", gate(GENUINE.replace("by: eq", "by: ge")), f"{GATE}.by"),
    ("VALUE_NOT_IN_LIST", (WORK, WORK.replace("work}", "by_post}")), f"{RAISED}.of[0].value"),
    ("VALUE_NOT_IN_LIST", (STATUS, STATUS.replace("exited", "gone")),
     "$.kinds[0].gates[2].unless.values[1]"),
    ("VALUE_NOT_IN_LIST", (INDIVIDUAL, INDIVIDUAL.replace("value: individual", "value: parents")),
     "$.kinds[0].payees[0].when.value"),
    ("DATES_REVERSED", (BETWEEN, BETWEEN.replace("last: 2020-12-31", "last: 2019-12-31")),
     "$.kinds[0].gates[1].when.of[0].last"),
    ("APART_TERM", (EARLY, EARLY.replace(", months: 12", "")), "$.kinds[0].gates[1].when.of[1]"),
    ("APART_TERM", (EARLY, EARLY.replace("months: 12", "months: 12, days: 5")),
     "$.kinds[0].gates[1].when.of[1]"),
    ("SELF_COMPARED", (EARLY, EARLY.replace("last: claim.claimed_on", "last: claim.training_from")),
     "$.kinds[0].gates[1].when.of[1].last"),
    ("NEVER_TRUE", (POOR_MONTHS, f"{{op: all, of: [{POOR_MONTHS}, "
                    "{op: compare, field: facts.months, by: ge, value: 12}]}"),
     "$.groups[1].member_when"),
    ("NEVER_TRUE", (POOR_MONTHS, "{op: all, of: [{op: compare, field: claim.level, by: eq, "
                    "value: L5}, {op: in, field: claim.level, values: [L4, L3]}]}"),
     "$.groups[1].member_when"),
    ("NEVER_TRUE", (EARLY, "{op: compare, field: claim.training_from, by: gt, day: 2020-12-31}"),
     "$.kinds[0].gates[1].when"),
    ("NEVER_TRUE", gate(f"{{op: all, of: [{GENUINE}, {{op: not, of: {GENUINE}}}]}}"), GATE),
    ("ALWAYS_TRUE", gate(f"{{op: any, of: [{GENUINE}, {{op: not, of: {GENUINE}}}]}}"), GATE),
    ("ALWAYS_TRUE", gate(f"{{op: any, of: [{GENUINE}, {GENUINE.replace('true', 'false')}]}}"),
     GATE),
    ("ALWAYS_TRUE", (POOR_MONTHS, f"{{op: any, of: [{POOR_MONTHS}, "
                     "{op: compare, field: facts.months, by: ge, value: 12}]}"),
     "$.groups[1].member_when"),
    ("ALWAYS_PRESENT", gate("{op: present, field: claim.claimed_on}"), f"{GATE}.field"),
    ("EMPTY_VALUE", (HERE, HERE.replace("'9901'", "''")), "$.kinds[0].papers[0].when.values[0]"),
]  # fmt: skip
KINDS: list[tuple[str, Change, str]] = [
    ("ID_OF_OTHER_CITY", ("- {id: DX.G.staff", "- {id: ZB.G.staff"), "$.groups[0].id"),
    ("NOT_OF_KIND", ("{op: in, field: claim.group, values: [DX.G.poor]}",
                     "{op: in, field: claim.group, values: [DX.G.staff]}"),
     f"{RAISED}.of[1].values[0]"),
    ("GATE_FORM", ("groups: [DX.G.staff]\n    unless:", "groups: [DX.G.staff]\n    when: "
                   f"{STATUS}\n    unless:"), "$.kinds[0].gates[2]"),
    ("GATE_FORM", (f"when: {GENUINE}, ", ""), "$.kinds[0].gates[0]"),
    ("GATE_GROUP", ("groups: [DX.G.staff]\n    unless", "groups: [DX.G.poor]\n    unless"),
     "$.kinds[0].gates[2].groups[0]"),
    ("UNREACHABLE_GATE", ("  - id: early\n", f"  - {{id: again, clause: DX-1-1, when: {GENUINE}, "
                          "decision: HOLD, reason: NOT_GENUINE}\n  - id: early\n"),
     "$.kinds[0].gates[1]"),
    ("FLAG_TWICE", ("decision: REJECT, flag: true", "decision: FLAG, flag: true"),
     "$.gates[0].flag"),
    ("INSTEAD_OF_ITSELF", ("instead: DX.K.living", "instead: DX.K.skill"),
     "$.kinds[0].gates[1].instead"),
    ("NO_PAYEE", ("payees: [{payee: individual, clause: DX-1-2}]", "payees: []"),
     "$.kinds[1].payees"),
    ("PAYEE_FORM", (SECOND_PAYEE, SECOND_PAYEE.replace("{", "{payee: enterprise, ")),
     "$.kinds[0].payees[1]"),
    ("SWITCH_NAMES_NO_PAYEE", (SECOND_PAYEE, SECOND_PAYEE.replace("INT-20", "INT-02")),
     "$.kinds[0].payees[1].interpretation"),
    ("UNREACHABLE_PAYEE", (f", {INDIVIDUAL}", ""), "$.kinds[0].payees[1]"),
    ("UNREACHABLE_PAYEE", (SECOND_PAYEE, SECOND_PAYEE.replace("}", f", {INDIVIDUAL}}}")),
     "$.kinds[0].payees[1]"),
    ("TWO_YEARLY_LIMITS", (YEARLY, YEARLY + "- {type: max_times, id: two, clause: DX-1-1, counter: "
                           "other, max: 2, strength: must, reason: LIMIT_YEAR}\n"), ""),
    ("TWO_LIMITS_ALIKE", (YEARLY, YEARLY + "- {type: no_repeat, id: two, clause: DX-1-1, "
                          "reason: DUP_OCC_LEVEL}\n"), ""),
]  # fmt: skip
AMOUNTS: list[tuple[str, Change, str]] = [
    ("OVERLAPPING_AMOUNTS", (L4, L4 + L4), "$.kinds[0].amount.rows[2]"),
    ("RATIO_FORM", ("    ratio_bp: 8000\n", ""), "$.kinds[1].amount"),
    ("RATIO_OVER_FULL", ("ratio_bp: 9000", "ratio_bp: 90000"), "$.kinds[1].amount.raised.ratio_bp"),
    ("RATIO_ZERO", ("ratio_bp: 8000", "ratio_bp: 0"), "$.kinds[1].amount.ratio_bp"),
    ("RAISED_NOT_HIGHER", ("ratio_bp: 9000", "ratio_bp: 8000"),
     "$.kinds[1].amount.raised.ratio_bp"),
    ("DIVISOR_OF_MONTHS", (MONTHS, MONTHS.replace("max: 6", "max: 6, divisor: 2")),
     "$.kinds[2].amount.times.divisor"),
    ("SHARED_DAYS", (DAYS, DAYS.replace("max: 30", "max: 30, shared: true")),
     "$.kinds[1].amount.times.shared"),
    ("SHARED_WITHOUT_MAX", (MONTHS, MONTHS.replace(", max: 6", "")),
     "$.kinds[2].amount.times.shared"),
    ("SAME_FIELD", ("borne: claim.education_fund_fen", "borne: claim.cost_fen"),
     "$.kinds[3].amount.borne"),
    ("WRONG_TYPE", ("same_amount: {clause: DX-1-2, fact: catalogue_fen",
                    "same_amount: {clause: DX-1-2, fact: genuine"), "$.kinds[2].same_amount.fact"),
]  # fmt: skip
DAYS_AND_SWITCHES: list[tuple[str, Change, str]] = [
    ("DATES_REVERSED", ("valid_to: 2021-12-31", "valid_to: 2019-12-31"), "$.validity.valid_to"),
    ("DATES_REVERSED", (f"{WHOLE}first: 2020-01-01", f"{WHOLE}first: 2021-01-01"),
     "$.targets[0].last"),
    ("END_WITHOUT_BASIS", ("valid_to: 2021-12-31", "valid_to: 2021-12-31, basis: silent"),
     "$.validity.valid_to"),
    ("ISSUED_AFTER_END", ("issued_on: 2020-01-05", "issued_on: 2022-01-05"),
     "$.document.issued_on"),
    ("TARGET_OUTSIDE_VALIDITY", (f"{WHOLE}first: 2020-01-01, last: 2020-12-31",
                                 f"{WHOLE}first: 2019-01-01, last: 2019-12-31"), "$.targets[0]"),
    ("SHARE_OVER_WHOLE", ("min_bp: 6000", "min_bp: 60000"), "$.shares[0].min_bp"),
    ("UNKNOWN_SWITCH", ("id: INT-02", "id: INT-77"), "$.interpretations[0].id"),
    ("UNKNOWN_CHOICE", ("choice: raise", "choice: perhaps"), "$.interpretations[4].choice"),
    ("SWITCH_NOT_READ", ("id: INT-20, choice: payer", "id: INT-09, choice: inclusive"),
     "$.kinds[0].payees[1].interpretation"),
    ("SWITCH_NOT_READ", ("id: INT-16, choice: per_person", "id: INT-09, choice: inclusive"),
     "$.kinds[2].amount.times.shared"),
    ("SWITCH_NOT_READ", ("id: INT-12, choice: by_day_of_thirty", "id: INT-09, choice: inclusive"),
     "$.kinds[1].amount.times.divisor"),
    ("SWITCH_NOT_READ", ("id: INT-23, choice: raise", "id: INT-09, choice: inclusive"),
     "$.kinds[1].amount.raised.interpretation"),
    ("SWITCH_NOT_READ", ("unit: per_certificate", "unit: per_year"), "$.kinds[0].amount.unit"),
    ("SWITCH_NOT_READ", ("demands:\n", ADVANCE + "demands:\n"), "$.advance.settlement_days"),
    ("SWITCH_NOT_READ", ("DX-1-1, days: 7}", "DX-1-1, days: 7, interpretation: INT-22}"),
     "$.demands[0].steps[0].interpretation"),
]  # fmt: skip
BUREAU: list[tuple[str, Change, str]] = [
    ("NOTICE_DAYS", (", days: 7", ""), "$.demands[0].steps[0]"),
    ("NOTICE_DAYS", ("{step: notice", "{step: inspection"), "$.demands[0].steps[0]"),
    ("NOTHING_DEMANDED", ("demands:\n", "demands:\n- {kind: DX.K.living}\n"), "$.demands[0]"),
    ("CAP_WITHOUT_CLAUSE", (", cap_clause: DX-2-1", ""), "$.funds.special_account"),
    ("REASON_WITHOUT_WORDS", ("decision: HOLD, reason: NOT_GENUINE",
                              "decision: HOLD, reason: FORGED"), "$.kinds[0].gates[0].reason"),
    ("CLAUSE_OF_OTHER_CITY", ("{clause: DX-9-1", "{clause: HLD-9-1"), "$.validity.clause"),
    ("CLAUSE_NOT_IN_RULES", ("id: finance, clause: DX-2-3", "id: finance, clause: DX-8-8"),
     "$.roles[0].clause"),
    ("RULE_WITHOUT_ENTRY", ("{id: DX-3-1, scope: out", "{id: DX-3-1, scope: in"), "$.rules[5].id"),
    ("OUT_WITH_ENTRY", ("{id: DX-9-1, scope: in", "{id: DX-9-1, scope: out"), "$.rules[6].id"),
    ("NEUTRAL_READ", (STATUS, "{op: in, field: facts.ownership, values: [private]}"),
     "$.neutral[0].field"),
    ("UNKNOWN_FIELD", ("field: facts.ownership, c", "field: facts.owner, c"), "$.neutral[0].field"),
    ("ZH_NOT_CHINESE", ("title: {zh: 东溪市培训补贴", "title: {zh: Dongxi"), "$.title.zh"),
    ("EN_NOT_ENGLISH", ("en: Training subsidies of Dongxi", "en: 东溪"), "$.title.en"),
]  # fmt: skip
WARNINGS: list[tuple[str, Change, str]] = [
    ("UNUSED_FACT", ("facts:\n- id: genuine", "facts:\n- {id: idle, type: boolean, register: TAX, "
                     "question: {zh: 问, en: Asked}}\n- id: genuine"), "$.facts[0]"),
    ("UNUSED_GROUP", ("groups:\n- {id", "groups:\n- {id: DX.G.idle, name: {zh: 人, en: People}, "
                      "clauses: [DX-1-1]}\n- {id"), "$.groups[0]"),
    ("UNUSED_LIMIT", ("[once, level-once, yearly]", "[once, level-once]"), "$.limits[2]"),
    ("UNUSED_REASON", ("reasons:\n", "reasons:\n- {code: IDLE, text: {zh: 无, en: None}}\n"),
     "$.reasons[0]"),
    ("UNUSED_SWITCH", ("id: INT-02, choice: calendar/claimed_on",
                       "id: INT-07, choice: approved_subsidy"), "$.interpretations[0]"),
    ("LEVEL_HOLE", ("level: L4", "level: L2"), "$.kinds[0].amount"),
    ("HIGHER_LEVEL_CHEAPER", ("amount_fen: 200000", "amount_fen: 90000"),
     "$.kinds[0].amount.rows[1]"),
    ("DATES_WITH_HOLE", (WORK, f"{BETWEEN}\n        - {BETWEEN.replace('2020', '2022')}"), RAISED),
    ("DATES_WITH_HOLE", ("targets:\n", "targets:\n- {id: later, clause: DX-2-2, "
                         "name: {zh: 后, en: L}, unit: persons, number: 1, first: 2021-02-01, "
                         "last: 2021-12-31}\n"),
     "$.targets"),
    ("TARGET_SUM", ("number: 200,", "number: 190,"), "$.targets[0]"),
    ("RELATIVE_TO_TODAY", (EARLY, EARLY.replace("claim.claimed_on", "on")),
     "$.kinds[0].gates[1].when"),
]  # fmt: skip
REFUSED = [
    *FILE, *SHAPE, *NAMES, *FACTS, *CONDITIONS, *KINDS, *AMOUNTS, *DAYS_AND_SWITCHES, *BUREAU,
]  # fmt: skip


def changed(*changes: Change) -> str:
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def refused(text: str) -> PackRefused:
    with pytest.raises(PackRefused) as caught:
        parse_pack(text, "city.yaml")
    return caught.value


@pytest.mark.parametrize(("code", "change", "path"), REFUSED)
def test_a_mistake_is_refused_with_code_and_place_in_chinese_and_english(
    code: str, change: Change, path: str
) -> None:
    changes = [change]
    if code in ("TWO_YEARLY_LIMITS", "TWO_LIMITS_ALIKE"):
        changes.append(("[once, level-once, yearly]", "[once, level-once, yearly, two]"))
        path = "$.kinds[0].limits"
    errors = refused(changed(*changes)).errors
    assert (code, path) in [(one.code, one.path) for one in errors]
    assert all(CHINESE.search(one.zh) and not CHINESE.search(one.what) for one in errors)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("RATIO_OVER_FULL", ("max_ratio_bp: 5000", "max_ratio_bp: 50000")),
        ("RATIO_ZERO", ("max_ratio_bp: 5000", "max_ratio_bp: 0")),
        ("PROGRAMMES_WITHOUT_INSTITUTION",
         ("payees: [enterprise], comparison", "payees: [enterprise], institution_programmes: "
          "[project], comparison")),
    ],
)  # fmt: skip
def test_a_wrong_advance_is_refused(code: str, change: Change) -> None:
    parse_pack(changed(*ADVANCED))
    assert [one.code for one in refused(changed(*ADVANCED, change)).errors] == [code]


@pytest.mark.parametrize(("code", "change", "path"), WARNINGS)
def test_what_is_seldom_meant_is_a_warning_and_the_pack_judges(
    code: str, change: Change, path: str
) -> None:
    pack, warnings = warned_pack(changed(change))
    assert pack.policy_id == "DX-2020-1"
    assert (code, path) in [(one.code, one.path) for one in warnings]
    assert mistakes()[code].warning


def test_a_source_that_no_kind_names_is_a_warning() -> None:
    text = SOUND.replace("payees: [{payee", "funds: [city]\n  payees: [{payee")
    text = text.replace("sources: [{", "sources: [{id: lost, name: {zh: 钱, en: Money}, clause: "
                        "DX-2-1}, {")  # fmt: skip
    assert [one.code for one in warned_pack(text)[1]] == ["UNUSED_SOURCE"]


def test_at_least_fifty_kinds_of_mistake_are_refused() -> None:
    errors = {code for code, mistake in mistakes().items() if not mistake.warning}
    shown = {code for code, _, _ in REFUSED} | {"PROGRAMMES_WITHOUT_INSTITUTION"}
    assert errors - shown == {"EMPTY", "ENCODING", "TOO_LARGE"}  # whole files: test_pack.py
    assert len(shown) >= 50


def test_the_place_is_the_line_and_column_in_the_file() -> None:
    text = changed(("choice: raise", "choice: perhaps"))
    [error] = refused(text).errors
    line = text[: text.index("choice: perhaps")].count("\n")
    assert (error.line, error.column) == (line + 1, text.splitlines()[line].index("perhaps") + 1)
    assert str(refused(text)).startswith(f"city.yaml:{error.line}:{error.column}: UNKNOWN_CHOICE")


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file() -> None:
    text = changed(("choice: raise", "choice: perhaps"), ("id: INT-02", "id: INT-88"))
    assert [one.code for one in refused(text).errors] == ["UNKNOWN_SWITCH", "UNKNOWN_CHOICE"]


def test_the_packs_that_ship_and_the_sound_one_have_no_mistake() -> None:
    assert len(shipped()) == len(list(PACKS.glob("*.yaml")))
    assert warned_pack(SOUND)[1] == ()
