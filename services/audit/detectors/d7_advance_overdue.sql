-- ---
-- id: D7
-- name: {zh: 预支逾期未清算, en: An advance that was not settled in time}
-- version: "1.0"
-- tier: X
-- clauses: [HLD-10-4]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S timer
-- feeds: [claim-events.v1, payout-events.v1]
-- tables: {plans: plan, advance_steps: plan, settlement_steps: plan, recoveries: plan, days: day}
-- subject: plan
-- keys:
--   plan:
--     PlanApproved.v1: plan
--     AdvancePaid.v1: plan
--     AdvanceReturned.v1: plan
--     SettlementPaid.v1: plan
--     SettlementExtended.v1: plan
--     RecoveryOpened.v1: plan
--     RecoveryReceived.v1: plan
--     RecoveryOffset.v1: plan
--     RecoveryReduced.v1: plan
--     RecoveryWrittenOff.v1: plan
--   payee:
--     AdvancePaid.v1: payee
-- needs: {}
-- outside: {advances_without_term: term}
-- parameters:
--   term_days: {default: 90, min: 1, max: 3650, meaning: days after the planned end}
-- explanation:
--   zh: 计划{plan}预支款至{due_on}应清算，逾期未清算{amount_fen}元，其后又向同一收款人预支{later}笔，依据{clauses}。证据：{evidence}
--   en: "Advances of plan {plan} were to be settled by {due_on}; {amount_fen} yuan were not, and
--     {later} more advances went to the same payee after that; {clauses}. Evidence: {evidence}"
-- ---
-- Due is the planned end and the term, or a later day that the bureau allowed. Up to that day count
-- the settlement, what came back, and what of it stays owed as a recovery. A receipt without a day
-- of its own counts as in time. A settlement that comes late heals nothing: it was late. What was
-- earned after all (a late certificate) was never owed, whenever that became known. A plan approved
-- anew with an earlier end takes no day away: payments keeps the latest one too.
WITH planned AS (
    SELECT plan, max(ends_on) AS ends_on FROM plans WHERE step = 'approved' GROUP BY plan
),
paid AS (
    SELECT * FROM advance_steps WHERE step = 'paid'
),
extended AS (
    SELECT plan, max(due_on) AS due_on FROM settlement_steps WHERE step = 'extended' GROUP BY plan
),
terms AS (
    SELECT paid.plan, greatest(
        COALESCE(
            CAST(CAST(max(planned.ends_on) AS DATE) + $term_days AS STRING), max(paid.due_on)
        ),
        COALESCE(max(extended.due_on), '')
    ) AS due_on
    FROM paid
    LEFT JOIN planned ON planned.plan = paid.plan
    LEFT JOIN extended ON extended.plan = paid.plan
    GROUP BY paid.plan
),
settled AS (
    SELECT plan, min(day) AS settled_on FROM settlement_steps WHERE step = 'paid' GROUP BY plan
),
kept AS (
    SELECT paid.plan, CAST(sum(paid.advance_fen) AS BIGINT) AS kept_fen
    FROM paid
    INNER JOIN terms ON terms.plan = paid.plan
    LEFT JOIN advance_steps AS back
        ON back.plan = paid.plan AND back.advance_no = paid.advance_no
        AND back.step = 'returned' AND back.stream_version > paid.stream_version
        AND back.day <= terms.due_on
    WHERE back.plan IS NULL
    GROUP BY paid.plan
),
owed AS (
    SELECT recoveries.plan,
        CAST(sum(CASE WHEN step = 'opened' THEN amount_fen ELSE -amount_fen END) AS BIGINT)
            AS owed_fen
    FROM recoveries
    INNER JOIN terms ON terms.plan = recoveries.plan
    WHERE recoveries.step IN ('opened', 'received', 'offset', 'written off', 'reduced')
        AND COALESCE(recoveries.day, '') <= terms.due_on AND EXISTS (
        SELECT 1 FROM recoveries AS demand
        WHERE demand.recovery = recoveries.recovery AND demand.step = 'opened'
            AND demand.cause IN ('settlement', 'plan_cancelled')
            AND demand.day <= terms.due_on
    )
    GROUP BY recoveries.plan
),
late AS (
    SELECT terms.plan, terms.due_on, settled.settled_on,
        COALESCE(owed.owed_fen, kept.kept_fen) AS amount_fen
    FROM terms
    INNER JOIN kept ON kept.plan = terms.plan
    LEFT JOIN settled ON settled.plan = terms.plan
    LEFT JOIN owed ON owed.plan = terms.plan
    WHERE COALESCE(owed.owed_fen, kept.kept_fen) > 0
        AND (settled.settled_on IS NULL OR settled.settled_on > terms.due_on)
),
later AS (
    SELECT DISTINCT late.plan, more.topic, more.partition_no, more.seq, more.event_id, more.stream
    FROM late
    INNER JOIN paid ON paid.plan = late.plan
    INNER JOIN paid AS more
        ON more.payee_kind = paid.payee_kind AND more.payee = paid.payee
        AND (more.plan, more.advance_no) <> (paid.plan, paid.advance_no)
        AND more.day > late.due_on
        AND (late.settled_on IS NULL OR more.day < late.settled_on)
),
opened AS (
    SELECT late.plan, days.day AS opened_on,
        days.topic, days.partition_no, days.seq, days.event_id, days.stream
    FROM late
    INNER JOIN days ON days.day > late.due_on AND days.topic = 'payout-events.v1'
    QUALIFY row_number() OVER (
        PARTITION BY late.plan ORDER BY days.day, days.partition_no, days.seq
    ) = 1
),
counted AS (
    SELECT late.plan, count(later.plan) AS later
    FROM late
    LEFT JOIN later ON later.plan = late.plan
    GROUP BY late.plan
),
proofs AS (
    SELECT plan, topic, partition_no, seq, event_id, stream FROM paid
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM later
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM opened
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM plans WHERE step = 'approved'
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM settlement_steps
    WHERE step IN ('paid', 'extended')
)
SELECT late.plan AS subject, late.plan AS window_key,
    CAST(NULL AS STRING) AS claim, CAST(NULL AS STRING) AS payout, CAST(NULL AS STRING) AS person,
    late.plan, late.amount_fen, counted.later, late.due_on, opened.opened_on,
    proofs.topic, proofs.partition_no, proofs.seq, proofs.event_id, proofs.stream
FROM late
INNER JOIN counted ON counted.plan = late.plan
INNER JOIN proofs ON proofs.plan = late.plan
LEFT JOIN opened ON opened.plan = late.plan
ORDER BY subject, window_key, topic, partition_no, seq
