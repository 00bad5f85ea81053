"""What registers and imported tables say of a claim, read just before something is decided."""

from collections.abc import Mapping
from dataclasses import replace

from services.claims.claim.decide import Claim
from services.claims.claim.judgement import case_of
from services.claims.packs import judging
from services.claims.reference.contents import tables_in_force
from services.claims.verification.decide import VERIFICATION
from services.claims.verification.questions import questions_of, verified
from services.claims.verification.verified import Verified
from services.claims.verification.working import registers_asked
from shared.policy.cases import ClaimCase, Fact
from shared.policy.formats import answers
from shared.policy.judge import stated_facts
from shared.policy.lookup import looked_up
from shared.policy.pack import Pack
from shared.service import Service
from shared.store.store import Asked


async def verified_for(
    service: Service, claim: Claim, under: Pack | None = None
) -> Verified | None:
    """What registers and tables have said so far; None where neither says anything and no register
    is asked: the claimant's word counts. With tables alone it counts for all that they do not say.

    `under` None: the version that judges the claim.
    """
    content = claim.content
    if content is None:
        return None
    pack = under or judging(service, content, claim.jurisdiction)
    case = case_of(content, claim.jurisdiction)
    looked = await _looked_up(service, pack, case)
    if registers_asked(service.settings) is None:
        stated = stated_facts(pack, case)
        return Verified(claim.content_version, {**stated, **looked}, {}) if looked else None
    streams = tuple({wanted.stream_id for wanted in questions_of(content, pack)})
    bodies = (await service.store.read(Asked(streams))).bodies if streams else {}
    known = {stream_id: VERIFICATION.fold(own) for stream_id, own in bodies.items()}
    hands = (*claim.filed_by, *((claim.accepted_by,) if claim.accepted_by else ()))
    said = verified(
        content, claim.content_version, claim.jurisdiction, pack, known, hands
    )  # fmt: skip
    return replace(said, facts={**said.facts, **looked})


async def _looked_up(service: Service, pack: Pack, case: ClaimCase) -> Mapping[str, Fact]:
    """What the tables in force answer of the facts that this kind and group read."""
    names = pack.kind_facts.get((case.kind, case.group), ())
    asked = {name: wanted.table for name in names if (wanted := pack.facts[name].look_up)}
    known = answers()
    tables = {known[table][0].id for table in asked.values() if table in known}
    if not tables:
        return {}
    return looked_up(pack, case, await tables_in_force(service, sorted(tables)), asked)
