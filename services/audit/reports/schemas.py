"""What untrusted requests about reports and quotas may say."""

from shared.http.fields import AwareTime, Choice, Identifier, Schema, StrictString

PLACE = r"[0-9]{6}"


class ReportQuery(Schema):
    place = Identifier(6, pattern=PLACE, zh="地区代码", en="jurisdiction")
    period = StrictString(80, zh="如 2020Q2、2020、2020-05", en="2020Q2, 2020, 2020-05, finding-…")
    as_of = AwareTime(required=False, zh="截至时点", en="as audit had sealed it by then")
    format = Choice("json", "csv", "xlsx", required=False)


class FileSchema(Schema):
    place = Identifier(6, pattern=PLACE, zh="地区代码", en="jurisdiction")
    period = StrictString(80, zh="期间", en="as in the report's address")
    as_of = AwareTime(required=False, zh="截至时点", en="as audit had sealed it by then")


class PlaceQuery(Schema):
    place = Identifier(6, pattern=PLACE, zh="地区代码", en="jurisdiction")


class QuotasQuery(Schema):
    place = Identifier(6, pattern=PLACE, zh="地区代码", en="jurisdiction")
    period = StrictString(80, required=False, zh="期间", en="only quotas that touch it")
    as_of = AwareTime(required=False, zh="截至时点", en="as audit had sealed it by then")
