-- What the rules read. Each view stands on the typed tables, one per event type and version:
-- ClaimApproved_v1 holds ClaimApproved.v1. Every typed table has
--   topic, partition_no, seq    place in the log: the only order between streams that is total
--   event_id                    UUID text
--   stream, stream_version      subject of the event and its place in that stream
--   recorded_us, occurred_us    microseconds since 1970, UTC; nothing is ordered by them
--   actor, jurisdiction         from the envelope
-- and the fields of the event's data: money in fen (BIGINT), days as text YYYY-MM-DD, instants as
-- BIGINT microseconds, lists and structs as they are; ciphertext is left out. A field that is
-- absent and has a default holds the default, any other absent field is NULL.
-- The place columns (topic, partition_no, seq, event_id, stream, stream_version) are never NULL.

-- claims_approved: each decision that granted a subsidy, before the ledger or by it.
--   claim, person, occupation, level  the key that may be granted once; never NULL
--   certificate, plan                 NULL when the claim names none
--   amount_fen                        granted sum
--   supersedes                        the claim that this one replaces, or NULL
--   origin                            'decided' by the ledger or 'imported' from old books
CREATE OR REPLACE TEMPORARY VIEW claims_approved AS
SELECT stream AS claim, person, occupation, level, certificate, plan, amount_fen, supersedes,
    'decided' AS origin, topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, plan, amount_fen, supersedes,
    'imported' AS origin, topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimImported_v1 WHERE decision = 'approved';

-- claims_dead: each event after which a claim counts no more, until it is approved again.
--   claim, person, occupation, level, certificate   as in the event
--   cause   'withdrawn', 'revoked' or 'rejected' (old books only: the ledger's own ClaimRejected
--           leaves the claim standing as an attempt)
CREATE OR REPLACE TEMPORARY VIEW claims_dead AS
SELECT stream AS claim, person, occupation, level, certificate, 'withdrawn' AS cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimWithdrawn_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, 'revoked' AS cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ApprovalRevoked_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, decision AS cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimImported_v1 WHERE decision <> 'approved';

-- claim_filings: everything a claimant said; of one claim the highest stream_version counts.
--   claim, person, occupation, level   never NULL
--   certificate                        NULL when none was given
--   reissue_of                         the certificate that this paper replaces, or NULL
CREATE OR REPLACE TEMPORARY VIEW claim_filings AS
SELECT stream AS claim, person, occupation, level, certificate, reissue_of,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimSubmitted_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, reissue_of,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimCorrected_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, reissue_of,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimImported_v1;

-- payouts: each event that moved or stopped a payout of a claim.
--   payout       stream of the payout
--   claim        NULL when old books name none
--   person, plan NULL when not given
--   step         'scheduled', 'authorised', 'instructed', 'paid', 'reversed', 'cancelled', 'imported'
--   amount_fen   sum of the payout
CREATE OR REPLACE TEMPORARY VIEW payouts AS
SELECT stream AS payout, claim, person, plan, 'scheduled' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutScheduled_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'authorised' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutAuthorised_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'instructed' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutInstructed_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'paid' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutPaid_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'reversed' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutReversed_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'cancelled' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutCancelled_v1
UNION ALL
SELECT stream AS payout, claim, person, plan, 'imported' AS step, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1 WHERE kind = 'payout';

-- claim_actors: who did what for one claim and its payout, one row for each duty that was done.
--   claim     the claim
--   payout    stream of the payout, NULL for events of the claim
--   duty      'file', 'accept', 'verify', 'approve', 'pay' or 'release'
--   doer      `sub` of the token, or the name in the old books; never NULL
--   source    'claim', 'payout', or 'books' for what the claim's old books say of the payment
-- A check of faces or of a register is done by a machine and is no duty; so is the scheduling of a
-- payout. Deciding against a claim (rejecting, returning it) pays nobody and is no duty either.
CREATE OR REPLACE TEMPORARY VIEW claim_actors AS
SELECT stream AS claim, CAST(NULL AS STRING) AS payout, 'file' AS duty, actor AS doer,
    'claim' AS source, topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimSubmitted_v1
UNION ALL
SELECT stream, NULL, 'file', actor, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimCorrected_v1
UNION ALL
SELECT stream, NULL, 'accept', actor, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimAccepted_v1
UNION ALL
SELECT stream, NULL, 'verify', actor, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM IdentityChecked_v1 WHERE method IN ('in_person', 'phone')
UNION ALL
SELECT stream, NULL, 'file', filed_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream, NULL, 'accept', accepted_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1 WHERE accepted_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'verify', verified_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1 WHERE verified_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'approve', actor, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream, NULL, 'file', filed_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimImported_v1
UNION ALL
SELECT stream, NULL, 'accept', accepted_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimImported_v1 WHERE accepted_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'verify', verified_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimImported_v1 WHERE verified_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'approve', approved_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimImported_v1 WHERE approved_by IS NOT NULL AND decision = 'approved'
UNION ALL
SELECT stream, NULL, 'pay', paid_by, 'books', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimImported_v1 WHERE paid_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'pay', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutAuthorised_v1 WHERE claim IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutInstructed_v1 WHERE claim IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutReleased_v1 WHERE claim IS NOT NULL AND cause = 'officer'
UNION ALL
SELECT claim, stream, 'pay', authorised_by, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutImported_v1 WHERE claim IS NOT NULL AND kind = 'payout' AND authorised_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', released_by, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutImported_v1 WHERE claim IS NOT NULL AND kind = 'payout' AND released_by IS NOT NULL;

-- advances: each step that took or gave back room under a plan's advance ratio, pending included.
--   plan      NULL when old books name none: the rule then cannot judge the row
--   step_fen  positive when an advance was authorised, negative when it was called off or came back
--   base_fen  approved subsidy of the plan as of this step, NULL when old books name none: the rule
--             then cannot judge the row; 0 on steps that give back
--   phase     0 from old books, 1 by the ledger: old books come first
--   place     order inside the phase: the payment's number in its stream in the file, or the version
CREATE OR REPLACE TEMPORARY VIEW advances AS
SELECT plan, amount_fen AS step_fen, base_fen, 0 AS phase, `order` AS place,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1 WHERE kind = 'advance'
UNION ALL
SELECT plan, advance_fen, base_fen, 1, stream_version,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceAuthorised_v1
UNION ALL
SELECT plan, -advance_fen, 0, 1, stream_version,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceReturned_v1
UNION ALL
SELECT plan, -advance_fen, 0, 1, stream_version,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceExpired_v1 WHERE stage = 'authorised'
UNION ALL
SELECT plan, -advance_fen, 0, 1, stream_version,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceCancelled_v1 AS called_off
WHERE EXISTS (
    SELECT 1 FROM AdvanceAuthorised_v1 AS taken
    WHERE taken.plan = called_off.plan AND taken.advance_no = called_off.advance_no
);
