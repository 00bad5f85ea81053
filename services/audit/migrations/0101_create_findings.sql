-- migrate:up

-- Events that a rule of the stream reads, exact bytes. Derived: read again from the log at any time.
CREATE TABLE hot_events (
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    body         bytea NOT NULL,
    CONSTRAINT hot_events_pkey PRIMARY KEY (topic, partition_no, seq)
);

-- Under which keys of which rule each of them is found.
CREATE TABLE hot_keys (
    rule         text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    CONSTRAINT hot_keys_pkey PRIMARY KEY (rule, key, topic, partition_no, seq)
);

-- What the rules hold of a subject now, whatever people decided about it.
CREATE TABLE findings_held (
    rule       text COLLATE "C" NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    finding_id text COLLATE "C" NOT NULL,
    CONSTRAINT findings_held_pkey PRIMARY KEY (rule, subject, finding_id)
);

-- Which findings are there, and how far is each? Follows the events; may be rebuilt at any time.
CREATE TABLE findings_in_hand (
    finding         text COLLATE "C" NOT NULL,
    finding_id      text NOT NULL,
    rule            text NOT NULL,
    rule_version    bigint NOT NULL,
    tier            text NOT NULL,
    stage           text NOT NULL,
    subject         text COLLATE "C" NOT NULL,
    clauses         text[] NOT NULL,
    claims          text[] NOT NULL,
    payouts         text[] NOT NULL,
    plan            text,
    amount_fen      bigint,
    jurisdiction    text COLLATE "C" NOT NULL,
    jurisdictions   text[] COLLATE "C" NOT NULL,
    evidence_sha256 text NOT NULL,
    explanation_zh  text NOT NULL,
    explanation_en  text NOT NULL,
    proposed        text,
    proposed_by     text,
    version         integer NOT NULL,
    opened_at       timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    CONSTRAINT findings_in_hand_pkey PRIMARY KEY (finding)
);
CREATE INDEX findings_in_hand_jurisdictions ON findings_in_hand USING gin (jurisdictions);

GRANT SELECT, INSERT, DELETE ON hot_events, hot_keys, findings_held TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON findings_in_hand TO ledger_writer;

-- migrate:down
DROP TABLE findings_in_hand, findings_held, hot_keys, hot_events;
