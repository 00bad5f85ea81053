-- migrate:up

-- Which claims are there, and how far is each? Follows the events; may be rebuilt at any time.
CREATE TABLE claims_in_hand (
    stream_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    stage        text NOT NULL,
    kind         text NOT NULL,
    person       text COLLATE "C" NOT NULL,
    certificate  text COLLATE "C",
    occupation   text NOT NULL,
    level        text NOT NULL,
    organisation text,
    filed_by     text NOT NULL,
    amount_fen   bigint NOT NULL DEFAULT 0,
    reasons      text[] NOT NULL DEFAULT '{}',
    conflicts    text[] NOT NULL DEFAULT '{}',
    version      integer NOT NULL,
    changed_at   timestamptz NOT NULL,
    shown_sha256 text COLLATE "C",
    institution  text COLLATE "C",
    CONSTRAINT claims_in_hand_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX claims_in_hand_worklist ON claims_in_hand (jurisdiction, stage, stream_id);
CREATE INDEX claims_in_hand_certificate ON claims_in_hand (certificate) WHERE certificate IS NOT NULL;
CREATE INDEX claims_in_hand_person ON claims_in_hand (person);
CREATE INDEX claims_in_hand_institution ON claims_in_hand (institution, stream_id) WHERE institution IS NOT NULL;

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

-- Which person a request to erase is about: after a crash half-way the number leads to nobody.
CREATE TABLE erasures_begun (
    key    bytea NOT NULL,
    digest bytea NOT NULL,
    person text COLLATE "C" NOT NULL,
    CONSTRAINT erasures_begun_pkey PRIMARY KEY (key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON claims_in_hand TO ledger_writer;
GRANT SELECT, INSERT, UPDATE (answer, position) ON files_received TO ledger_writer;
GRANT SELECT, INSERT ON erasures_begun TO ledger_writer;

-- migrate:down
DROP TABLE erasures_begun, files_received, claims_in_hand;
