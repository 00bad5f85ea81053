"""Files of the register of institutions."""

HEADER = "area,institution,county,status,barred,licensed_occupations,valid_from,valid_to\n"
SINCE = "2010-01-01"
DAYS = "&valid_from=2010-01-01&valid_to=2010-12-31&mode=add"
"""no claim of other tests is judged by these days"""


def line(
    institution: str, status: str = "active", *, barred: str = "no", first: str = SINCE,
    last: str = "", area: str = "211400", licensed: str = "6-31-01-03;4-10-01-06",
) -> str:  # fmt: skip
    return f"{area},{institution},211402,{status},{barred},{licensed},{first},{last}\n"


def register(*lines: str) -> bytes:
    return (HEADER + "".join(lines)).encode()
