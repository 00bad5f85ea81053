-- ---
-- id: D4
-- name: {zh: 同一申领重复支付或无批准支付, en: A claim paid twice or without an approval}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-13-2]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S timer
-- feeds: [claim-events.v1, payout-events.v1]
-- tables: {payouts: claim, claims_approved: claim, days: day}
-- subject: claim
-- keys:
--   claim:
--     ClaimApproved.v1: stream
--     ClaimImported.v1: stream
--     PayoutPaid.v1: claim
--     PayoutReturned.v1: claim
--     PayoutReversed.v1: claim
--     PayoutImported.v1: claim
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 申领{claim}{reason_zh}，付款{payments}笔、合计{paid_fen}元，批准{approved_fen}元，多付{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "Claim {claim} {reason}: {payments} payments, {paid_fen} yuan in all, {approved_fen} yuan
--     approved, {amount_fen} yuan too much under {clauses}. Evidence: {evidence}"
-- ---
-- A payment is live while it was not reversed, and the bank did not give it back. Several payments
-- that are no more than the approved sum are one subsidy from several funds. Of what only a plan's
-- settlement may pay, every payout is a second payment.
-- An approval that is not there may still be on its way: topics have no order between them. So a
-- payment without one is a finding when claims has opened another day since it was recorded. An
-- approval that was revoked later was one: that money is recovered, and its clause is another.
WITH marks AS (
    SELECT payouts.*,
        lead(step) OVER (
            PARTITION BY payout ORDER BY stream_version, topic, partition_no, seq
        ) AS next_step
    FROM payouts
    WHERE claim IS NOT NULL AND step IN ('paid', 'imported', 'returned', 'reversed')
),
weighed AS (
    SELECT *,
        CASE
            WHEN step = 'reversed' THEN -1
            WHEN step = 'returned' OR COALESCE(next_step, '') = 'returned' THEN 0
            ELSE 1
        END AS weight
    FROM marks
),
paid AS (
    SELECT claim, CAST(sum(weight) AS BIGINT) AS payments, max(person) AS person,
        CAST(sum(weight * amount_fen) AS BIGINT) AS paid_fen,
        max(CASE WHEN weight > 0 THEN recorded_us END) AS recorded_us
    FROM weighed
    GROUP BY claim
),
approved AS (
    SELECT claim, max_by(amount_fen, stream_version) AS approved_fen,
        max_by(settled_by_plan, stream_version) AS settled_by_plan
    FROM claims_approved
    GROUP BY claim
),
opened AS (
    SELECT paid.claim, days.day AS opened_on,
        days.topic, days.partition_no, days.seq, days.event_id, days.stream
    FROM paid
    INNER JOIN days ON days.recorded_us > paid.recorded_us AND days.topic = 'claim-events.v1'
    QUALIFY row_number() OVER (
        PARTITION BY paid.claim ORDER BY days.day, days.partition_no, days.seq
    ) = 1
),
cases AS (
    SELECT paid.claim, paid.person, paid.payments, paid.paid_fen, approved.approved_fen,
        CASE WHEN approved.settled_by_plan THEN paid.paid_fen
            ELSE paid.paid_fen - approved.approved_fen END AS amount_fen,
        CASE WHEN approved.settled_by_plan THEN 'belongs to the settlement of its plan'
            ELSE 'was paid more than once' END AS reason,
        CASE WHEN approved.settled_by_plan THEN '只能随计划清算' ELSE '重复支付' END AS reason_zh,
        '' AS opened_on
    FROM paid
    INNER JOIN approved ON approved.claim = paid.claim
    WHERE (paid.payments >= 2 AND paid.paid_fen > approved.approved_fen)
        OR (paid.payments >= 1 AND approved.settled_by_plan)
    UNION ALL
    SELECT paid.claim, paid.person, paid.payments, paid.paid_fen, 0, paid.paid_fen,
        'has no approval', '未经批准', opened.opened_on
    FROM paid
    LEFT JOIN approved ON approved.claim = paid.claim
    LEFT JOIN opened ON opened.claim = paid.claim
    WHERE paid.payments >= 1 AND approved.claim IS NULL
),
proofs AS (
    SELECT claim, payout, topic, partition_no, seq, event_id, stream FROM weighed
    UNION ALL
    SELECT claim, NULL, topic, partition_no, seq, event_id, stream FROM claims_approved
    UNION ALL
    SELECT opened.claim, NULL, opened.topic, opened.partition_no, opened.seq, opened.event_id,
        opened.stream
    FROM opened
    LEFT JOIN approved ON approved.claim = opened.claim
    WHERE approved.claim IS NULL
)
SELECT cases.claim AS subject, cases.claim AS window_key,
    cases.claim, proofs.payout, cases.person, CAST(NULL AS STRING) AS plan,
    cases.amount_fen, cases.paid_fen, cases.approved_fen, cases.payments, cases.reason,
    cases.reason_zh, CAST(NULL AS STRING) AS due_on, cases.opened_on,
    proofs.topic, proofs.partition_no, proofs.seq, proofs.event_id, proofs.stream
FROM cases
INNER JOIN proofs ON proofs.claim = cases.claim
ORDER BY subject, window_key, topic, partition_no, seq
