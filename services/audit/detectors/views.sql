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
-- `unnest(list)` gives a row for each item; it is the one word that Spark spells otherwise: explode.

-- claims_approved: each decision that granted a subsidy, before the ledger or by it.
--   claim, person, occupation, level  the key that may be granted once; never NULL
--   certificate, plan                 NULL when the claim names none
--   amount_fen                        granted sum
--   supersedes                        the claim that this one replaces, or NULL
--   settled_by_plan                   TRUE when only the plan's settlement may pay it
--   origin                            'decided' by the ledger or 'imported' from old books
CREATE OR REPLACE TEMPORARY VIEW claims_approved AS
SELECT stream AS claim, person, occupation, level, certificate, plan, amount_fen, supersedes,
    settled_by_plan, 'decided' AS origin,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream AS claim, person, occupation, level, certificate, plan, amount_fen, supersedes,
    FALSE AS settled_by_plan, 'imported' AS origin,
    topic, partition_no, seq, event_id, stream, stream_version
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

-- payouts: each event of a payout of a claim.
--   payout       stream of the payout
--   claim        NULL when old books name none
--   person, plan NULL when not given
--   step         'scheduled', 'held', 'let go', 'authorised', 'instructed', 'paid', 'returned',
--                'unknown', 'reissued', 'reversed', 'cancelled', 'imported'
--   amount_fen   sum of the payout; NULL where it is held or let go
--   fund         NULL where the event names none
--   day          day that the bank names, or NULL
--   instruction  id of the order at the bank, or NULL
--   approval     event id of the ClaimApproved that it rests on, or NULL
--   recorded_us  when the ledger recorded it
CREATE OR REPLACE TEMPORARY VIEW payouts AS
SELECT stream AS payout, claim, person, plan, 'scheduled' AS step, amount_fen, fund,
    CAST(NULL AS STRING) AS day, CAST(NULL AS STRING) AS instruction, approval,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutScheduled_v1
UNION ALL
SELECT stream, claim, person, plan, 'authorised', amount_fen, fund, NULL, NULL, approval,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutAuthorised_v1
UNION ALL
SELECT stream, claim, person, plan, 'instructed', amount_fen, fund, NULL, instruction, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutInstructed_v1
UNION ALL
SELECT stream, claim, person, plan, 'paid', amount_fen, fund, paid_on, instruction, approval,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutPaid_v1
UNION ALL
SELECT stream, claim, person, plan, 'returned', amount_fen, NULL, returned_on, instruction, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutReturned_v1
UNION ALL
SELECT stream, claim, person, plan, 'unknown', amount_fen, NULL, NULL, instruction, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutUnknown_v1
UNION ALL
SELECT stream, claim, person, plan, 'reissued', amount_fen, fund, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutReissued_v1
UNION ALL
SELECT stream, claim, person, plan, 'reversed', amount_fen, NULL, reversed_on, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutReversed_v1
UNION ALL
SELECT stream, claim, person, plan, 'cancelled', amount_fen, NULL, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutCancelled_v1
UNION ALL
SELECT stream, claim, person, plan, 'held', NULL, NULL, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutHeld_v1
UNION ALL
SELECT stream, claim, person, plan, 'let go', NULL, NULL, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutReleased_v1
UNION ALL
SELECT stream, claim, person, plan, 'imported', amount_fen, NULL, paid_on, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PayoutImported_v1 WHERE kind = 'payout';

-- claim_actors: who did what for one claim and its payout, one row for each duty that was done.
--   claim     the claim
--   payout    stream of the payout, NULL for events of the claim
--   duty      'file', 'accept', 'inspect', 'verify', 'approve', 'authorise' or 'release'; 'pay' in
--             the claim's old books, which do not tell the last two apart
--   doer      `sub` of the token, or the name in the old books; never NULL
--   source    'claim', 'payout', 'copied' for what a payout says of its claim's people, or 'books'
--             for what the claim's old books say of the payment
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
SELECT claim, NULL, 'inspect', unnest(inspectors), 'claim', topic, partition_no, seq, event_id,
    stream, stream_version
FROM InspectionRecorded_v1 WHERE claim IS NOT NULL
UNION ALL
SELECT stream, NULL, 'approve', actor, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream, NULL, 'file', filed_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1
UNION ALL
SELECT stream, NULL, 'accept', accepted_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1 WHERE accepted_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'inspect', inspected_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1 WHERE inspected_by IS NOT NULL
UNION ALL
SELECT stream, NULL, 'verify', verified_by, 'claim', topic, partition_no, seq, event_id, stream,
    stream_version
FROM ClaimApproved_v1 WHERE verified_by IS NOT NULL
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
SELECT claim, stream, 'file', filed_by, 'copied', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutScheduled_v1 WHERE claim IS NOT NULL AND filed_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'accept', accepted_by, 'copied', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutScheduled_v1 WHERE claim IS NOT NULL AND accepted_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'inspect', inspected_by, 'copied', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutScheduled_v1 WHERE claim IS NOT NULL AND inspected_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'verify', verified_by, 'copied', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutScheduled_v1 WHERE claim IS NOT NULL AND verified_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'approve', approved_by, 'copied', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutScheduled_v1 WHERE claim IS NOT NULL AND approved_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'authorise', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutAuthorised_v1 WHERE claim IS NOT NULL
UNION ALL
SELECT claim, stream, 'authorise', authorised_by, 'payout',
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutInstructed_v1
WHERE claim IS NOT NULL AND authorised_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutInstructed_v1 WHERE claim IS NOT NULL
UNION ALL
SELECT claim, stream, 'authorise', authorised_by, 'payout',
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutPaid_v1
WHERE claim IS NOT NULL AND authorised_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', released_by, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutPaid_v1 WHERE claim IS NOT NULL AND released_by IS NOT NULL
UNION ALL
SELECT claim, stream, 'release', actor, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutReleased_v1 WHERE claim IS NOT NULL AND cause = 'officer'
UNION ALL
SELECT claim, stream, 'authorise', authorised_by, 'payout',
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1
WHERE claim IS NOT NULL AND authorised_by IS NOT NULL AND kind = 'payout'
UNION ALL
SELECT claim, stream, 'release', released_by, 'payout', topic, partition_no, seq, event_id, stream,
    stream_version
FROM PayoutImported_v1 WHERE claim IS NOT NULL AND released_by IS NOT NULL AND kind = 'payout';

-- plan_actors: who did what for a plan and for the payments made on it.
--   plan        the plan
--   payment     'advance 1', 'settlement 2' …: the payment that the duty was done for; NULL for the
--               plan's own people, who stand behind every payment of it
--   duty        'file', 'accept', 'inspect', 'approve', 'authorise' or 'release'; 'handle' for who
--               had a claim of the plan in hand and paid its settlement
--   doer        as in claim_actors
--   amount_fen  sum of the payment, NULL for the plan itself
-- What payments copied from the approval counts only where the approval itself is not known.
CREATE OR REPLACE TEMPORARY VIEW plan_actors AS
SELECT plan, CAST(NULL AS STRING) AS payment, 'file' AS duty, filed_by AS doer,
    CAST(NULL AS BIGINT) AS amount_fen, topic, partition_no, seq, event_id, stream, stream_version
FROM PlanApproved_v1
UNION ALL
SELECT plan, NULL, 'accept', accepted_by, NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM PlanApproved_v1 WHERE accepted_by IS NOT NULL
UNION ALL
SELECT plan, NULL, 'approve', actor, NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM PlanApproved_v1
UNION ALL
SELECT plan, NULL, 'inspect', unnest(inspectors), NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM InspectionRecorded_v1 WHERE plan IS NOT NULL AND claim IS NULL
UNION ALL
SELECT plan, NULL, 'file', filed_by, NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM AdvanceBaseSet_v1 AS copied
WHERE NOT EXISTS (
    SELECT 1 FROM PlanApproved_v1 AS known WHERE known.plan = copied.plan
)
UNION ALL
SELECT plan, NULL, 'accept', accepted_by, NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM AdvanceBaseSet_v1 AS copied
WHERE accepted_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM PlanApproved_v1 AS known WHERE known.plan = copied.plan
)
UNION ALL
SELECT plan, NULL, 'approve', approved_by, NULL, topic, partition_no, seq, event_id, stream,
    stream_version
FROM AdvanceBaseSet_v1 AS copied
WHERE NOT EXISTS (
    SELECT 1 FROM PlanApproved_v1 AS known WHERE known.plan = copied.plan
)
UNION ALL
SELECT plan, concat('advance ', advance_no), 'authorise', actor, advance_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceAuthorised_v1
UNION ALL
SELECT plan, concat('advance ', advance_no), 'authorise', authorised_by, advance_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceInstructed_v1
UNION ALL
SELECT plan, concat('advance ', advance_no), 'release', actor, advance_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceInstructed_v1
UNION ALL
SELECT plan, concat('advance ', advance_no), 'authorise', authorised_by, advance_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvancePaid_v1 WHERE authorised_by IS NOT NULL
UNION ALL
SELECT plan, concat('advance ', advance_no), 'release', released_by, advance_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvancePaid_v1 WHERE released_by IS NOT NULL
UNION ALL
SELECT plan, concat('settlement ', revision), 'authorise', actor, settlement_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementAuthorised_v1
UNION ALL
SELECT plan, concat('settlement ', revision), 'authorise', authorised_by, settlement_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementInstructed_v1
UNION ALL
SELECT plan, concat('settlement ', revision), 'release', actor, settlement_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementInstructed_v1
UNION ALL
SELECT plan, concat('settlement ', revision), 'authorise', authorised_by, settlement_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementPaid_v1 WHERE authorised_by IS NOT NULL
UNION ALL
SELECT plan, concat('settlement ', revision), 'release', released_by, settlement_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementPaid_v1 WHERE released_by IS NOT NULL
UNION ALL
SELECT handled.plan, concat('settlement ', handled.revision), 'handle', handled.doer, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM (
    SELECT plan, revision, unnest(also_by) AS doer, topic, partition_no, seq, event_id, stream,
        stream_version
    FROM PlanDecided_v1
) AS handled
WHERE EXISTS (
    SELECT 1 FROM SettlementAuthorised_v1 AS paid
    WHERE paid.plan = handled.plan AND paid.revision = handled.revision
        AND paid.actor = handled.doer
) OR EXISTS (
    SELECT 1 FROM SettlementInstructed_v1 AS paid
    WHERE paid.plan = handled.plan AND paid.revision = handled.revision
        AND paid.actor = handled.doer
)
UNION ALL
SELECT plan, concat(kind, ' ', event_id), 'authorise', authorised_by, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1
WHERE plan IS NOT NULL AND kind <> 'payout' AND authorised_by IS NOT NULL
UNION ALL
SELECT plan, concat(kind, ' ', event_id), 'release', released_by, amount_fen,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1
WHERE plan IS NOT NULL AND kind <> 'payout' AND released_by IS NOT NULL;

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

-- days: each calendar day (Asia/Shanghai) that a service opened; what deadlines run on.
--   day          YYYY-MM-DD
--   working_day  FALSE on days off
-- claims opens its days in claim-events, payments in payout-events: a rule names the topic it means.
CREATE OR REPLACE TEMPORARY VIEW days AS
SELECT day, working_day,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM DayOpened_v1;

-- plans: each step of a plan but its lists; of one plan the highest stream_version counts.
--   plan   never NULL
--   step   'submitted', 'changed', 'approved', 'returned', 'rejected', 'cancelled', 'completed'
--   kind, occupation, level, starts_on, ends_on, persons, budget_fen   what is planned; at
--          'completed' the day it ended and the heads that passed; else NULL
--   base_fen, settlement_due_on, payee_kind, payee, fund   fixed by 'approved'; else NULL
--   examined_on   'completed' only
CREATE OR REPLACE TEMPORARY VIEW plans AS
SELECT plan, 'submitted' AS step, kind, occupation, level, starts_on, ends_on, persons,
    budget_fen, CAST(NULL AS BIGINT) AS base_fen, CAST(NULL AS STRING) AS settlement_due_on,
    CAST(NULL AS STRING) AS payee_kind, CAST(NULL AS STRING) AS payee,
    CAST(NULL AS STRING) AS fund, CAST(NULL AS STRING) AS examined_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanSubmitted_v1
UNION ALL
SELECT plan, 'changed', kind, occupation, level, starts_on, ends_on, persons, budget_fen, NULL,
    NULL, NULL, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanChanged_v1
UNION ALL
SELECT plan, 'approved', kind, occupation, level, starts_on, ends_on, persons, budget_fen,
    base_fen, settlement_due_on, payee_kind, payee, fund, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanApproved_v1
UNION ALL
SELECT plan, 'returned', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanReturned_v1
UNION ALL
SELECT plan, 'rejected', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanRejected_v1
UNION ALL
SELECT plan, 'cancelled', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanCancelled_v1
UNION ALL
SELECT plan, 'completed', NULL, NULL, NULL, NULL, ended_on, passed, NULL, NULL, NULL, NULL, NULL,
    NULL, examined_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM PlanCompleted_v1;

-- plan_results: what came of a plan: decided claim by claim, or cancelled; the highest
-- stream_version counts.
--   plan, revision    a late certificate makes a new revision; NULL when cancelled
--   claims, approved, rejected    numbers of claims, 0 when cancelled
--   persons_fen       sum that is paid to persons one by one
--   last_examined_on  last examination, or NULL
--   recorded_us       when the ledger recorded it
CREATE OR REPLACE TEMPORARY VIEW plan_results AS
SELECT plan, revision, claims, approved, rejected, persons_fen, last_examined_on,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PlanDecided_v1
UNION ALL
SELECT plan, NULL, 0, 0, 0, 0, NULL,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM PlanCancelled_v1;

-- plan_earned: what one payee earned with a plan, one row for each payee of each PlanDecided.
--   plan, revision        as in plan_results; event_id is that of the PlanDecided
--   payee_kind, payee     the institution or enterprise
--   earned_fen, claims    its sum and number of claims
CREATE OR REPLACE TEMPORARY VIEW plan_earned AS
SELECT plan, revision, one.payee_kind, one.payee, one.earned_fen, one.claims,
    topic, partition_no, seq, event_id, stream, stream_version
FROM (SELECT *, unnest(earned) AS one FROM PlanDecided_v1) AS each;

-- roster_entries: one trainee in one part of a plan's list; of one person the last change counts.
--   plan, revision, person, change, enrolled_on, trainee_group   never NULL
--   employer, phone, account, household                          NULL when not given
CREATE OR REPLACE TEMPORARY VIEW roster_entries AS
SELECT plan, revision, one.person, one.change, one.enrolled_on, one.`group` AS trainee_group,
    one.employer, one.phone, one.account, one.household, actor,
    topic, partition_no, seq, event_id, stream, stream_version
FROM (SELECT *, unnest(entries) AS one FROM RosterListed_v1) AS each;

-- attendance: one person in one session of a class, as first recorded.
--   plan, session, person, status   never NULL; status 'present', 'absent', 'excused'
--   started_us, ended_us            of the session
--   credited_minutes                0 when absent
--   login_minutes, device, ip, face NULL when not taken
CREATE OR REPLACE TEMPORARY VIEW attendance AS
SELECT plan, session, one.person, one.status, started_at AS started_us, ended_at AS ended_us,
    COALESCE(one.credited_minutes, 0) AS credited_minutes, one.login_minutes,
    COALESCE(one.device, device) AS device, one.ip, one.face, kiosk,
    topic, partition_no, seq, event_id, stream, stream_version
FROM (SELECT *, unnest(presences) AS one FROM AttendanceRecorded_v1) AS each;

-- attendance_corrections: one person whose presence in a session was changed afterwards (补签).
--   plan, session, person, status   status as it is now said to be
--   session_ended_us                when the session ended
--   outage                          the declared outage that explains it, or NULL
CREATE OR REPLACE TEMPORARY VIEW attendance_corrections AS
SELECT plan, session, one.person, one.status, session_ended_at AS session_ended_us, outage, actor,
    topic, partition_no, seq, event_id, stream, stream_version, recorded_us
FROM (SELECT *, unnest(after) AS one FROM AttendanceCorrected_v1) AS each;

-- advance_steps: each step of an advance; place in the stream is order.
--   plan, advance_no, advance_fen, payee_kind   never NULL
--   step    'requested', 'refused', 'authorised', 'instructed', 'paid', 'returned', 'unknown',
--           'cancelled', 'expired'
--   payee   NULL for persons
--   day     day of the request, the payment or the return; else NULL
--   due_on  day by which it must be settled, where the event says so
--   cause   of a return: 'bank' or 'payee'; of a cancellation its own
CREATE OR REPLACE TEMPORARY VIEW advance_steps AS
SELECT plan, advance_no, 'requested' AS step, advance_fen, payee_kind, payee,
    requested_on AS day, CAST(NULL AS STRING) AS due_on, CAST(NULL AS STRING) AS cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceRequested_v1
UNION ALL
SELECT plan, advance_no, 'refused', advance_fen, payee_kind, payee, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceRefused_v1
UNION ALL
SELECT plan, advance_no, 'authorised', advance_fen, payee_kind, payee, NULL, settlement_due_on,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceAuthorised_v1
UNION ALL
SELECT plan, advance_no, 'instructed', advance_fen, payee_kind, payee, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceInstructed_v1
UNION ALL
SELECT plan, advance_no, 'paid', advance_fen, payee_kind, payee, paid_on, settlement_due_on,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvancePaid_v1
UNION ALL
SELECT plan, advance_no, 'returned', advance_fen, payee_kind, payee, returned_on, NULL, cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceReturned_v1
UNION ALL
SELECT plan, advance_no, 'unknown', advance_fen, payee_kind, payee, NULL, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceUnknown_v1
UNION ALL
SELECT plan, advance_no, 'cancelled', advance_fen, payee_kind, payee, NULL, NULL, cause,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceCancelled_v1
UNION ALL
SELECT plan, advance_no, 'expired', advance_fen, payee_kind, payee, expired_on, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvanceExpired_v1;

-- settlement_steps: each step of a plan's settlement.
--   step    'scheduled', 'deferred', 'authorised', 'instructed', 'paid', 'returned', 'unknown',
--           'cancelled', 'extended'; 'closed' when the plan was cancelled: no more is advanced
--   settlement_fen, earned_fen, advanced_fen   sums of the event; NULL at 'extended' and 'closed',
--           at 'deferred' all but earned_fen: the bank has not said yet what left
--   day     day of the payment or return; else NULL
--   due_on  'extended' only: the new last day
CREATE OR REPLACE TEMPORARY VIEW settlement_steps AS
SELECT plan, 'scheduled' AS step, settlement_fen, earned_fen, advanced_fen, payee_kind, payee,
    CAST(NULL AS STRING) AS day, CAST(NULL AS STRING) AS due_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementScheduled_v1
UNION ALL
SELECT plan, 'authorised', settlement_fen, earned_fen, advanced_fen, payee_kind, payee, NULL,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementAuthorised_v1
UNION ALL
SELECT plan, 'instructed', settlement_fen, earned_fen, advanced_fen, payee_kind, payee, NULL,
    NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementInstructed_v1
UNION ALL
SELECT plan, 'paid', settlement_fen, earned_fen, advanced_fen, payee_kind, payee, paid_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementPaid_v1
UNION ALL
SELECT plan, 'returned', settlement_fen, earned_fen, advanced_fen, payee_kind, payee,
    returned_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementReturned_v1
UNION ALL
SELECT plan, 'unknown', settlement_fen, earned_fen, advanced_fen, payee_kind, payee, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementUnknown_v1
UNION ALL
SELECT plan, 'deferred', NULL, earned_fen, NULL, payee_kind, payee, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementDeferred_v1
UNION ALL
SELECT plan, 'cancelled', settlement_fen, earned_fen, advanced_fen, payee_kind, payee, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementCancelled_v1
UNION ALL
SELECT plan, 'closed', NULL, NULL, NULL, payee_kind, payee, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM AdvancesClosed_v1
UNION ALL
SELECT plan, 'extended', NULL, NULL, NULL, payee_kind, payee, NULL, due_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM SettlementExtended_v1;

-- recoveries: money that must come back, and what came.
--   recovery, amount_fen  never NULL
--   step    'opened'; 'received', 'offset', 'written off': amount_fen came back or was given up;
--           'reduced': it was earned after all and never owed; 'proposed': the rest may be given up;
--           'agreed': one row for each instalment
--   cause   'opened' only: 'settlement', 'approval_revoked', 'finding', 'plan_cancelled'
--   plan, claim, payee, person   whose debt it is; NULL where it does not apply
--   day     day of the demand or of the receipt; else NULL
--   due_on  'opened' and 'agreed' only
CREATE OR REPLACE TEMPORARY VIEW recoveries AS
SELECT recovery, 'opened' AS step, cause, amount_fen, payee_kind, payee, person, plan, claim,
    demanded_on AS day, due_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryOpened_v1
UNION ALL
SELECT recovery, 'received', NULL, received_fen, payee_kind, payee, person, plan, claim,
    received_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryReceived_v1
UNION ALL
SELECT recovery, 'offset', NULL, offset_fen, payee_kind, payee, person, plan, claim, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryOffset_v1
UNION ALL
SELECT recovery, 'written off', NULL, written_off_fen, payee_kind, payee, person, plan, claim,
    NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryWrittenOff_v1
UNION ALL
SELECT recovery, 'reduced', NULL, reduced_fen, payee_kind, payee, person, plan, claim, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryReduced_v1
UNION ALL
SELECT recovery, 'proposed', NULL, balance_fen, payee_kind, payee, person, plan, claim, NULL, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM RecoveryWriteOffProposed_v1
UNION ALL
SELECT recovery, 'agreed', NULL, one.amount_fen, payee_kind, payee, person, plan, claim, NULL,
    one.due_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM (SELECT *, unnest(instalments) AS one FROM RecoveryInstalmentsAgreed_v1) AS each;

-- funds: each event of a special account (专账).
--   step        'opened', 'allocated', 'frozen'
--   amount_fen  'allocated' only
--   day         as the event says
CREATE OR REPLACE TEMPORARY VIEW funds AS
SELECT fund, source, 'opened' AS step, CAST(NULL AS BIGINT) AS amount_fen, opened_on AS day,
    topic, partition_no, seq, event_id, stream, stream_version
FROM FundOpened_v1
UNION ALL
SELECT fund, source, 'allocated', amount_fen, allocated_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM FundAllocated_v1
UNION ALL
SELECT fund, source, 'frozen', NULL, frozen_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM FundFrozen_v1;

-- verifications: each question to a register, its answer, its correction.
--   step      'requested', 'answered', 'corrected'
--   outcome   'confirmed', 'refuted', 'not_found', 'unclear'; NULL at 'requested'
--   corrects  event id of the answer that was wrong, 'corrected' only
--   person, certificate   NULL when the question names none
CREATE OR REPLACE TEMPORARY VIEW verifications AS
SELECT verification, register, question, 'requested' AS step, person, certificate, as_of,
    CAST(NULL AS STRING) AS outcome, CAST(NULL AS STRING) AS corrects,
    topic, partition_no, seq, event_id, stream, stream_version
FROM VerificationRequested_v1
UNION ALL
SELECT verification, register, question, 'answered', person, certificate, as_of, outcome, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM VerificationAnswered_v1
UNION ALL
SELECT verification, register, question, 'corrected', person, certificate, as_of, outcome,
    corrects,
    topic, partition_no, seq, event_id, stream, stream_version
FROM VerificationCorrected_v1;

-- notices: each claim of a public notice (公示), and what was said of it.
--   step   'published', 'objected', 'upheld', 'open': the last two when the notice was closed
--   day    day of the event
--   closes_on   'published' only
CREATE OR REPLACE TEMPORARY VIEW notices AS
SELECT notice, unnest(claims) AS claim, 'published' AS step, published_on AS day, closes_on,
    topic, partition_no, seq, event_id, stream, stream_version
FROM NoticePublished_v1
UNION ALL
SELECT notice, claim, 'objected', filed_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ObjectionFiled_v1
UNION ALL
SELECT notice, unnest(upheld), 'upheld', closed_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM NoticeClosed_v1
UNION ALL
SELECT notice, unnest(`open`), 'open', closed_on, NULL,
    topic, partition_no, seq, event_id, stream, stream_version
FROM NoticeClosed_v1;

-- advances_without_term: advances of old books, which name no day to settle by and are not settled.
CREATE OR REPLACE TEMPORARY VIEW advances_without_term AS
SELECT plan, amount_fen, topic, partition_no, seq, event_id, stream, stream_version
FROM PayoutImported_v1 AS advanced
WHERE kind = 'advance' AND NOT EXISTS (
    SELECT 1 FROM PayoutImported_v1 AS settled
    WHERE settled.kind = 'settlement' AND settled.plan = advanced.plan
);

-- old_lines: what was taken over from before the ledger: it had no number and no chain there.
CREATE OR REPLACE TEMPORARY VIEW old_lines AS
SELECT topic, partition_no, seq, event_id, stream, stream_version FROM ClaimImported_v1
UNION ALL
SELECT topic, partition_no, seq, event_id, stream, stream_version FROM PayoutImported_v1;

-- version_breaks: each event that does not follow the one before it in its stream.
--   before_version   version of that one, 0 when there is none; never stream_version - 1
-- It stands on the archive's own columns and not on a typed table: every event counts, but those
-- of the findings themselves.
CREATE OR REPLACE TEMPORARY VIEW version_breaks AS
SELECT topic, partition_no, seq, event_id, stream, stream_version, before_version
FROM log_breaks;

-- replays: each time audit replayed the history and compared it with what is stored.
--   stored_…, replayed_…   hashes; one that differs from its pair is a difference
CREATE OR REPLACE TEMPORARY VIEW replays AS
SELECT rule_pack_sha256, references_sha256, stored_projection_sha256, replayed_projection_sha256,
    stored_findings_sha256, replayed_findings_sha256,
    topic, partition_no, seq, event_id, stream, stream_version
FROM ReplayCompared_v1;
