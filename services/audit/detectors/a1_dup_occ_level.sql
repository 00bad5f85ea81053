-- ---
-- id: A1
-- name: {zh: 同一职业同一等级重复享受补贴, en: One occupation and level granted twice}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-10-3]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S
-- feeds: [claim-events.v1]
-- tables: {claims_approved: person, claims_dead: person}
-- subject: person
-- keys:
--   person:
--     ClaimApproved.v1: person
--     ClaimImported.v1: person
--     ClaimWithdrawn.v1: person
--     ApprovalRevoked.v1: person
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 同一人就职业{occupation}等级{level}获批{approvals}次（{claim}），多付{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "One person was granted occupation {occupation} level {level} {approvals} times ({claim});
--     {amount_fen} yuan too much under {clauses}. Evidence: {evidence}"
-- ---
-- A claim counts while its last approval is not followed by a withdrawal or a revocation. A claim
-- that a counting one replaces (supersedes), also over several steps, is the same case, not a
-- second one. Links are followed from claims that nothing replaces, so a ring hides nobody.
WITH RECURSIVE ends AS (
    SELECT claim, max(stream_version) AS end_version FROM claims_dead GROUP BY claim
),
live AS (
    SELECT approved.*
    FROM claims_approved AS approved
    LEFT JOIN ends ON ends.claim = approved.claim
    WHERE ends.claim IS NULL OR approved.stream_version > ends.end_version
    QUALIFY row_number() OVER (
        PARTITION BY approved.claim
        ORDER BY approved.stream_version DESC, approved.topic, approved.partition_no, approved.seq
    ) = 1
),
links AS (
    SELECT DISTINCT claim, person, supersedes
    FROM claims_approved
    WHERE supersedes IS NOT NULL AND supersedes <> claim
),
replaced (claim, person) AS (
    SELECT links.supersedes, links.person
    FROM links
    INNER JOIN live ON live.claim = links.claim
    WHERE NOT EXISTS (
        SELECT 1 FROM links AS newer
        WHERE newer.supersedes = links.claim AND newer.person = links.person
    )
    UNION
    SELECT links.supersedes, links.person
    FROM replaced
    INNER JOIN links ON links.claim = replaced.claim AND links.person = replaced.person
),
counted AS (
    SELECT live.*
    FROM live
    LEFT JOIN replaced ON replaced.claim = live.claim AND replaced.person = live.person
    WHERE replaced.claim IS NULL
),
twice AS (
    SELECT person, occupation, level, count(*) AS approvals,
        CAST(sum(amount_fen) AS BIGINT) - max(amount_fen) AS amount_fen
    FROM counted
    GROUP BY person, occupation, level
    HAVING count(*) >= 2
)
SELECT counted.person AS subject,
    concat(counted.person, '/', counted.occupation, '/', counted.level) AS window_key,
    counted.claim, CAST(NULL AS STRING) AS payout, counted.person, CAST(NULL AS STRING) AS plan,
    twice.amount_fen, counted.occupation, counted.level, twice.approvals,
    counted.topic, counted.partition_no, counted.seq, counted.event_id, counted.stream
FROM counted
INNER JOIN twice
    ON twice.person = counted.person
    AND twice.occupation = counted.occupation
    AND twice.level = counted.level
ORDER BY subject, window_key, topic, partition_no, seq
