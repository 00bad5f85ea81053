-- migrate:up

-- Which payouts are there, and which may not leave? Follows the events; may be rebuilt.
CREATE TABLE payouts_in_hand (
    stream_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    state        text NOT NULL,
    claim        text COLLATE "C",
    person       text COLLATE "C",
    amount_fen   bigint NOT NULL,
    findings     text[] NOT NULL DEFAULT '{}',
    held_by      text,
    version      integer NOT NULL,
    changed_at   timestamptz NOT NULL,
    fund         text COLLATE "C",
    approved_on  date,
    paid_on      date,
    CONSTRAINT payouts_in_hand_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX payouts_in_hand_worklist ON payouts_in_hand (jurisdiction, state, stream_id);

-- Which file was sent under which Idempotency-Key: the digest is an HMAC of its content. What it was
-- answered (ids and codes only) stands here once every row has its outcome.
CREATE TABLE files_received (
    key         bytea NOT NULL,
    digest      bytea NOT NULL,
    received_at timestamptz NOT NULL,
    answer      bytea,
    position    text,
    CONSTRAINT files_received_pkey PRIMARY KEY (key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON payouts_in_hand TO ledger_writer;
GRANT SELECT, INSERT, UPDATE (answer, position) ON files_received TO ledger_writer;

-- migrate:down
DROP TABLE files_received, payouts_in_hand;
