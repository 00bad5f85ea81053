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
-- tables: {claim_actors: claim, claims_approved: claim}
-- subject: claim
-- keys:
--   claim:
--     ClaimSubmitted.v1: stream
--     ClaimCorrected.v1: stream
--     ClaimAccepted.v1: stream
--     ClaimApproved.v1: stream
--     ClaimImported.v1: stream
--     IdentityChecked.v1: stream
--     PayoutAuthorised.v1: claim
--     PayoutInstructed.v1: claim
--     PayoutReleased.v1: claim
--     PayoutImported.v1: claim
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 申领{claim}由同一人（{doer}）办理了{duty_zh}，涉及{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "For claim {claim} one person ({doer}) did {duty}; {amount_fen} yuan, against {clauses}.
--     Evidence: {evidence}"
-- ---
-- What the claim's old books say of the payer counts only where no record of the payment itself
-- names its people: that record knows better who ordered and who released it.
WITH paid AS (
    SELECT DISTINCT claim FROM claim_actors WHERE source = 'payout'
),
duties AS (
    SELECT claim_actors.*
    FROM claim_actors
    LEFT JOIN paid ON paid.claim = claim_actors.claim
    WHERE claim_actors.source <> 'books' OR paid.claim IS NULL
),
mixed AS (
    SELECT claim, doer
    FROM duties
    GROUP BY claim, doer
    HAVING min(duty) <> max(duty)
),
grants AS (
    SELECT claim, max_by(person, stream_version) AS person,
        max_by(amount_fen, stream_version) AS amount_fen
    FROM claims_approved
    GROUP BY claim
)
SELECT duties.claim AS subject, duties.claim AS window_key,
    duties.claim, duties.payout, grants.person, CAST(NULL AS STRING) AS plan,
    COALESCE(grants.amount_fen, 0) AS amount_fen, duties.doer, duties.duty,
    CASE duties.duty
        WHEN 'file' THEN '申报' WHEN 'accept' THEN '受理' WHEN 'verify' THEN '核查'
        WHEN 'approve' THEN '审批' WHEN 'pay' THEN '付款' ELSE '放款'
    END AS duty_zh,
    CASE duties.duty
        WHEN 'file' THEN 1 WHEN 'accept' THEN 2 WHEN 'verify' THEN 3
        WHEN 'approve' THEN 4 WHEN 'pay' THEN 5 ELSE 6
    END AS duty_no,
    duties.topic, duties.partition_no, duties.seq, duties.event_id, duties.stream
FROM duties
INNER JOIN mixed ON mixed.claim = duties.claim AND mixed.doer = duties.doer
LEFT JOIN grants ON grants.claim = duties.claim
ORDER BY subject, window_key, duty_no, topic, partition_no, seq
