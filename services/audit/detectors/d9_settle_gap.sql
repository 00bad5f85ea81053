-- ---
-- id: D9
-- name: {zh: 预支多于应得且未追回, en: More paid on a plan than it earned and not given back}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-10-4]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S timer
-- feeds: [claim-events.v1, payout-events.v1]
-- tables: {plans: plan, plan_results: plan, plan_earned: plan, advance_steps: plan, settlement_steps: plan, recoveries: plan, days: day}
-- subject: plan
-- keys:
--   plan:
--     PlanApproved.v1: plan
--     PlanCompleted.v1: plan
--     PlanDecided.v1: plan
--     PlanCancelled.v1: plan
--     AdvancePaid.v1: plan
--     AdvanceReturned.v1: plan
--     SettlementPaid.v1: plan
--     RecoveryOpened.v1: plan
--     RecoveryInstalmentsAgreed.v1: plan
--     RecoveryReceived.v1: plan
--     RecoveryOffset.v1: plan
--     RecoveryWrittenOff.v1: plan
-- needs: {}
-- outside: {advances_without_term: result}
-- parameters:
--   return_days: {default: 60, min: 1, max: 3650, meaning: days after the result to give it back}
--   exam_days: {default: 30, min: 0, max: 3650, meaning: days after the last examination}
-- explanation:
--   zh: 计划{plan}预支及清算共{advanced_fen}元，应得{earned_fen}元，至{due_on}仍有{amount_fen}元未退回，违反{clauses}。证据：{evidence}
--   en: "On plan {plan} {advanced_fen} yuan were paid and {earned_fen} yuan earned; by {due_on}
--     {amount_fen} yuan were not given back, against {clauses}. Evidence: {evidence}"
-- ---
-- What the payee earned is the tariff for those who passed and are eligible: the sum of the newest
-- PlanDecided, nothing for a cancelled plan that was never decided. The days of return count from
-- the day on which the result was recorded, a late examination leaves room for its certificates, and
-- agreed instalments have until the last of them. A receipt without a day of its own counts as in
-- time; so does what two persons wrote off. A debt that was reduced is no receipt: the same decision
-- counts as earned already.
WITH results AS (
    SELECT *
    FROM plan_results
    QUALIFY row_number() OVER (
        PARTITION BY plan
        ORDER BY COALESCE(revision, 0) DESC, stream_version DESC, topic, partition_no, seq
    ) = 1
),
paid AS (
    SELECT * FROM advance_steps WHERE step = 'paid'
),
got AS (
    SELECT plan, payee_kind, payee, due_on FROM paid
    UNION ALL
    SELECT plan, payee_kind, payee, NULL FROM settlement_steps WHERE step = 'paid'
),
approved AS (
    SELECT plan, payee_kind, payee
    FROM plans
    WHERE step = 'approved'
    QUALIFY row_number() OVER (
        PARTITION BY plan ORDER BY stream_version DESC, topic, partition_no, seq
    ) = 1
),
payees AS (
    SELECT got.plan, max(got.due_on) AS due_on,
        COALESCE(max(approved.payee_kind), min(got.payee_kind)) AS payee_kind,
        CASE WHEN count(approved.plan) > 0 THEN max(approved.payee) ELSE min(got.payee) END AS payee
    FROM got
    LEFT JOIN approved ON approved.plan = got.plan
    GROUP BY got.plan
),
agreed AS (
    SELECT plan, max(due_on) AS due_on FROM recoveries WHERE step = 'agreed' GROUP BY plan
),
dated AS (
    SELECT results.plan, max(days.day) AS result_on
    FROM results
    INNER JOIN days ON days.recorded_us <= results.recorded_us AND days.topic = 'payout-events.v1'
    GROUP BY results.plan
),
examined AS (
    SELECT plan, max(examined_on) AS examined_on FROM plans WHERE step = 'completed' GROUP BY plan
),
terms AS (
    SELECT results.plan, payees.payee_kind, payees.payee, results.event_id AS result, greatest(
        CAST(CAST(COALESCE(dated.result_on, payees.due_on) AS DATE) + $return_days AS STRING),
        CAST(CAST(results.last_examined_on AS DATE) + $exam_days AS STRING),
        CAST(CAST(examined.examined_on AS DATE) + $exam_days AS STRING),
        agreed.due_on
    ) AS due_on
    FROM results
    INNER JOIN payees ON payees.plan = results.plan
    LEFT JOIN dated ON dated.plan = results.plan
    LEFT JOIN examined ON examined.plan = results.plan
    LEFT JOIN agreed ON agreed.plan = results.plan
),
earned AS (
    SELECT terms.plan, CAST(sum(plan_earned.earned_fen) AS BIGINT) AS earned_fen
    FROM terms
    INNER JOIN plan_earned
        ON plan_earned.event_id = terms.result
        AND plan_earned.payee_kind = terms.payee_kind
        AND COALESCE(plan_earned.payee, '') = COALESCE(terms.payee, '')
    GROUP BY terms.plan
),
moves AS (
    SELECT plan, advance_fen AS out_fen, 0 AS back_fen,
        topic, partition_no, seq, event_id, stream
    FROM paid
    UNION ALL
    SELECT plan, settlement_fen, 0, topic, partition_no, seq, event_id, stream
    FROM settlement_steps WHERE step = 'paid'
    UNION ALL
    SELECT back.plan, 0, back.advance_fen,
        back.topic, back.partition_no, back.seq, back.event_id, back.stream
    FROM advance_steps AS back
    INNER JOIN terms ON terms.plan = back.plan AND back.day <= terms.due_on
    WHERE back.step = 'returned' AND EXISTS (
        SELECT 1 FROM paid
        WHERE paid.plan = back.plan AND paid.advance_no = back.advance_no
            AND paid.stream_version < back.stream_version
    )
    UNION ALL
    SELECT recoveries.plan, 0, recoveries.amount_fen, recoveries.topic, recoveries.partition_no,
        recoveries.seq, recoveries.event_id, recoveries.stream
    FROM recoveries
    INNER JOIN terms
        ON terms.plan = recoveries.plan AND COALESCE(recoveries.day, '') <= terms.due_on
    WHERE recoveries.step IN ('received', 'offset', 'written off') AND recoveries.claim IS NULL
),
sums AS (
    SELECT plan, CAST(sum(out_fen) AS BIGINT) AS advanced_fen,
        CAST(sum(back_fen) AS BIGINT) AS back_fen
    FROM moves
    GROUP BY plan
),
gaps AS (
    SELECT terms.plan, terms.due_on, sums.advanced_fen,
        COALESCE(earned.earned_fen, 0) AS earned_fen,
        sums.advanced_fen - sums.back_fen - COALESCE(earned.earned_fen, 0) AS amount_fen
    FROM terms
    INNER JOIN sums ON sums.plan = terms.plan
    LEFT JOIN earned ON earned.plan = terms.plan
    WHERE sums.advanced_fen - sums.back_fen > COALESCE(earned.earned_fen, 0)
),
opened AS (
    SELECT gaps.plan, days.day AS opened_on,
        days.topic, days.partition_no, days.seq, days.event_id, days.stream
    FROM gaps
    INNER JOIN days ON days.day > gaps.due_on AND days.topic = 'payout-events.v1'
    QUALIFY row_number() OVER (
        PARTITION BY gaps.plan ORDER BY days.day, days.partition_no, days.seq
    ) = 1
),
proofs AS (
    SELECT plan, topic, partition_no, seq, event_id, stream FROM moves
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM results
    UNION ALL
    SELECT plan, topic, partition_no, seq, event_id, stream FROM opened
)
SELECT gaps.plan AS subject, gaps.plan AS window_key,
    CAST(NULL AS STRING) AS claim, CAST(NULL AS STRING) AS payout, CAST(NULL AS STRING) AS person,
    gaps.plan, gaps.amount_fen, gaps.advanced_fen, gaps.earned_fen, gaps.due_on, opened.opened_on,
    proofs.topic, proofs.partition_no, proofs.seq, proofs.event_id, proofs.stream
FROM gaps
INNER JOIN proofs ON proofs.plan = gaps.plan
LEFT JOIN opened ON opened.plan = gaps.plan
ORDER BY subject, window_key, topic, partition_no, seq
