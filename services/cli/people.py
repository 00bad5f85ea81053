"""The persons of a local installation: each with one role, so that four eyes are four."""

from dataclasses import dataclass

from shared.http.identity import Role

CITY = "211400"


@dataclass(frozen=True, slots=True)
class Person:
    """`sub` is the actor in the events."""

    sub: str
    role: Role
    org: str = ""
    jurisdiction: str = CITY


INSTITUTION = Person("institution-11", Role.INSTITUTION, "52999999000000115P")
ENTERPRISES = (
    Person("enterprise-31", Role.INSTITUTION, "91999999000000318B"),
    Person("enterprise-32", Role.INSTITUTION, "919999990000003266"),
)
CLAIMANT = Person("claimant-1", Role.CLAIMANT)
OPERATOR = Person("operator-1", Role.OPERATOR)
CLERKS = (Person("clerk-1", Role.CLERK), Person("clerk-2", Role.CLERK))
CHECKER = Person("clerk-3", Role.CLERK)
INSPECTOR = Person("inspector-1", Role.INSPECTOR)
VERIFIER = Person("inspector-2", Role.INSPECTOR)
APPROVERS = (Person("approver-1", Role.APPROVER), Person("approver-2", Role.APPROVER))
OFFICER = Person("finance-officer-1", Role.FINANCE_OFFICER)
SECOND_OFFICER = Person("finance-officer-2", Role.FINANCE_OFFICER)
FINANCE_APPROVER = Person("finance-approver-1", Role.FINANCE_APPROVER)
AUDITOR = Person("auditor-1", Role.AUDITOR, jurisdiction="210000")
AUDIT_APPROVER = Person("audit-approver-1", Role.AUDIT_APPROVER, jurisdiction="210000")
PEOPLE = (
    INSTITUTION, *ENTERPRISES, CLAIMANT, OPERATOR, *CLERKS, CHECKER, INSPECTOR, VERIFIER,
    *APPROVERS, OFFICER, SECOND_OFFICER, FINANCE_APPROVER, AUDITOR, AUDIT_APPROVER,
)  # fmt: skip
