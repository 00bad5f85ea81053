-- ---
-- id: F1
-- name: {zh: 不相容岗位由同一人办理, en: One person did two duties that must be apart}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-12-1]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S
-- feeds: [claim-events.v1, payout-events.v1]
-- tables: {claim_actors: claim, claims_approved: claim, plan_actors: plan}
-- subject: case
-- keys:
--   case:
--     ClaimSubmitted.v1: stream
--     ClaimCorrected.v1: stream
--     ClaimAccepted.v1: stream
--     ClaimApproved.v1: stream
--     ClaimImported.v1: stream
--     IdentityChecked.v1: stream
--     InspectionRecorded.v1: claim plan
--     PayoutScheduled.v1: claim
--     PayoutAuthorised.v1: claim
--     PayoutInstructed.v1: claim
--     PayoutPaid.v1: claim
--     PayoutReleased.v1: claim
--     PayoutImported.v1: claim plan
--     PlanApproved.v1: plan
--     PlanDecided.v1: plan
--     AdvanceBaseSet.v1: plan
--     AdvanceAuthorised.v1: plan
--     AdvanceInstructed.v1: plan
--     AdvancePaid.v1: plan
--     SettlementAuthorised.v1: plan
--     SettlementInstructed.v1: plan
--     SettlementPaid.v1: plan
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 案件{case_id}由同一人（{doer}）办理了{duty_zh}，涉及{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "For {case_id} one person ({doer}) did {duty}; {amount_fen} yuan, against {clauses}.
--     Evidence: {evidence}"
-- ---
-- File, accept, inspect, verify, approve, authorise and release are seven persons for one payment:
-- for a claim with its payout, and for each advance and settlement of a plan together with those who
-- filed, accepted, inspected and approved the plan. Another payment of the same plan is another
-- payment. What the claim's old books say of the payer counts only where no record of the payment
-- itself names its people: that record knows better who ordered and who released it; what a payout
-- copied from its claim only where nothing of the claim is known.
WITH recorded AS (
    SELECT DISTINCT claim FROM claim_actors WHERE source = 'payout'
),
known AS (
    SELECT DISTINCT claim FROM claim_actors WHERE source = 'claim'
),
payments AS (
    SELECT DISTINCT plan, payment FROM plan_actors WHERE payment IS NOT NULL
    UNION ALL
    SELECT DISTINCT plan, '' FROM plan_actors
),
duties AS (
    SELECT claim_actors.claim AS case_id, '' AS payment, claim_actors.payout,
        claim_actors.duty, claim_actors.doer, topic, partition_no, seq, event_id, stream
    FROM claim_actors
    LEFT JOIN recorded ON recorded.claim = claim_actors.claim
    LEFT JOIN known ON known.claim = claim_actors.claim
    WHERE (claim_actors.source <> 'books' OR recorded.claim IS NULL)
        AND (claim_actors.source <> 'copied' OR known.claim IS NULL)
    UNION ALL
    SELECT plan_actors.plan, payments.payment, NULL, plan_actors.duty, plan_actors.doer,
        topic, partition_no, seq, event_id, stream
    FROM plan_actors
    INNER JOIN payments
        ON payments.plan = plan_actors.plan
        AND payments.payment = COALESCE(plan_actors.payment, payments.payment)
),
mixed AS (
    SELECT case_id, payment, doer
    FROM duties
    GROUP BY case_id, payment, doer
    HAVING min(duty) <> max(duty)
),
grants AS (
    SELECT claim AS case_id, max_by(person, stream_version) AS person,
        max_by(amount_fen, stream_version) AS amount_fen, CAST(NULL AS STRING) AS plan
    FROM claims_approved
    GROUP BY claim
    UNION ALL
    SELECT plan, NULL, max(amount_fen), plan FROM plan_actors GROUP BY plan
)
SELECT duties.case_id AS subject, duties.case_id AS window_key,
    CASE WHEN grants.plan IS NULL THEN duties.case_id END AS claim,
    duties.payout, grants.person, grants.plan,
    COALESCE(grants.amount_fen, 0) AS amount_fen, duties.case_id, duties.doer, duties.duty,
    CASE duties.duty
        WHEN 'file' THEN '申报' WHEN 'accept' THEN '受理' WHEN 'inspect' THEN '检查'
        WHEN 'verify' THEN '核查' WHEN 'approve' THEN '审批' WHEN 'pay' THEN '付款'
        WHEN 'authorise' THEN '付款核准' WHEN 'handle' THEN '经办申请'
        ELSE '放款'
    END AS duty_zh,
    CASE duties.duty
        WHEN 'file' THEN 1 WHEN 'accept' THEN 2 WHEN 'inspect' THEN 3 WHEN 'verify' THEN 4
        WHEN 'approve' THEN 5 WHEN 'handle' THEN 5 WHEN 'pay' THEN 6 WHEN 'authorise' THEN 7 ELSE 8
    END AS duty_no,
    duties.topic, duties.partition_no, duties.seq, duties.event_id, duties.stream
FROM duties
INNER JOIN mixed
    ON mixed.case_id = duties.case_id
    AND mixed.payment = duties.payment
    AND mixed.doer = duties.doer
LEFT JOIN grants ON grants.case_id = duties.case_id
ORDER BY subject, window_key, duty_no, topic, partition_no, seq
