"""Lines of one table that are not added up (HLD-1.4-2, INT-10): which of them a subsidy was for."""

from collections.abc import Iterator, Mapping

from shared.events.base import Level
from shared.policy.cases import ClaimCase, Ground, History
from shared.policy.pack import OneClass, Pack
from shared.policy.parts import Row, Table


def classes_of(pack: Pack, kind: str) -> Mapping[str, tuple[Row, ...]]:
    """The lines of the kind's table by the clause under which they stand."""
    found = pack.kinds.get(kind)
    if found is None or not isinstance(found.amount, Table):
        return {}
    table = found.amount
    clauses = dict.fromkeys(row.clause or table.clause for row in table.rows)
    return {
        clause: tuple(row for row in table.rows if (row.clause or table.clause) == clause)
        for clause in clauses
    }


def class_of(pack: Pack, kind: str, level: str, certificate_type: str) -> str | None:
    """The class of a certificate, or of a level alone where its type is not said; None for what
    stands in no line.
    """
    for clause, rows in classes_of(pack, kind).items():
        for row in rows:
            typed = certificate_type in row.certificate_types
            untyped = certificate_type in ("", "none") and level != "none"
            if (typed and row.level in (level, "none")) or (untyped and row.level == level):
                return clause
    return None


def certificates_of_others(
    pack: Pack, kind: str, own: str | None
) -> Iterator[tuple[str, Level, str]]:
    """Class, level and type of every line outside the own class; none without an own class."""
    for clause, rows in classes_of(pack, kind).items():
        for row in rows if own not in (None, clause) else ():
            yield from ((clause, row.level, type_) for type_ in row.certificate_types)


def class_grounds(
    pack: Pack, limit: OneClass, claim: ClaimCase, history: History
) -> Iterator[Ground]:
    """The person was paid for another class of the kind, for this occupation or one not said."""
    own = class_of(pack, claim.kind, claim.level, claim.certificate_type)
    others = tuple(
        earlier.stream
        for earlier in history.subsidies
        if own is not None
        and earlier.kind == claim.kind
        and (claim.occupation == "" or earlier.occupation in ("", claim.occupation))
        and class_of(pack, claim.kind, earlier.level, earlier.certificate_type) not in (None, own)
    )
    if others:
        yield Ground(
            decision="HOLD",
            code=limit.reason,
            clauses=(limit.clause,),
            conflicts=others,
            interpretations=("INT-10",),
        )
