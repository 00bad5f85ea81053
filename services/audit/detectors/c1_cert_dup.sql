-- ---
-- id: C1
-- name: {zh: 同一证书号多人使用, en: One certificate used by several persons}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-10-1]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S
-- feeds: [claim-events.v1]
-- tables: {claims_approved: claim, claims_dead: claim, claim_filings: certificate}
-- subject: certificate
-- keys:
--   certificate:
--     ClaimSubmitted.v1: certificate
--     ClaimCorrected.v1: certificate
--     ClaimImported.v1: certificate
--   claim:
--     ClaimSubmitted.v1: stream
--     ClaimCorrected.v1: stream
--     ClaimImported.v1: stream
--     ClaimApproved.v1: stream
--     ClaimWithdrawn.v1: stream
--     ApprovalRevoked.v1: stream
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 证书{certificate}被{persons}人用于申领（{claim}），涉及已批{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "Certificate {certificate} stands in claims of {persons} persons ({claim}); {amount_fen} yuan
--     were granted on it, against {clauses}. Evidence: {evidence}"
-- ---
-- Of each claim the latest content counts, while the claim is not withdrawn or revoked, or was
-- approved again after that. A paper that replaces the same certificate is no second use.
-- Hashes of documents are commitments with a nonce and can never be equal: only numbers are compared.
WITH ends AS (
    SELECT claim, max(stream_version) AS end_version FROM claims_dead GROUP BY claim
),
grants AS (
    SELECT claim, max(stream_version) AS grant_version,
        max_by(amount_fen, stream_version) AS amount_fen
    FROM claims_approved
    GROUP BY claim
),
content AS (
    SELECT *
    FROM claim_filings
    QUALIFY row_number() OVER (
        PARTITION BY claim ORDER BY stream_version DESC, topic, partition_no, seq
    ) = 1
),
live AS (
    SELECT content.*, COALESCE(grants.amount_fen, 0) AS granted_fen
    FROM content
    LEFT JOIN ends ON ends.claim = content.claim
    LEFT JOIN grants ON grants.claim = content.claim
    WHERE content.certificate IS NOT NULL
        AND (content.reissue_of IS NULL OR content.reissue_of <> content.certificate)
        AND (ends.claim IS NULL OR COALESCE(grants.grant_version, 0) > ends.end_version)
),
shared AS (
    SELECT certificate, count(DISTINCT person) AS persons,
        CAST(sum(granted_fen) AS BIGINT) AS amount_fen
    FROM live
    GROUP BY certificate
    HAVING min(person) <> max(person)
)
SELECT live.certificate AS subject, live.certificate AS window_key,
    live.claim, CAST(NULL AS STRING) AS payout, live.person, CAST(NULL AS STRING) AS plan,
    shared.amount_fen, live.certificate, shared.persons,
    live.topic, live.partition_no, live.seq, live.event_id, live.stream
FROM live
INNER JOIN shared ON shared.certificate = live.certificate
ORDER BY subject, window_key, topic, partition_no, seq
