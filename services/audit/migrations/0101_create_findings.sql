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

-- Cases whose term still runs: judged again when a day after `due_on` is opened; '' is any day.
CREATE TABLE subjects_waiting (
    rule    text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    due_on  text COLLATE "C" NOT NULL,
    CONSTRAINT subjects_waiting_pkey PRIMARY KEY (rule, subject)
);
CREATE INDEX subjects_waiting_due ON subjects_waiting (due_on);

-- The newest version of each stream that was judged, and where it stands.
CREATE TABLE stream_heads (
    topic     text COLLATE "C" NOT NULL,
    stream_id text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    seq       bigint NOT NULL,
    CONSTRAINT stream_heads_pkey PRIMARY KEY (topic, stream_id)
);

-- Events that did not follow the one before them in their stream.
CREATE TABLE stream_breaks (
    topic          text COLLATE "C" NOT NULL,
    partition_no   smallint NOT NULL,
    seq            bigint NOT NULL,
    event_id       text NOT NULL,
    stream_id      text COLLATE "C" NOT NULL,
    version        integer NOT NULL,
    before_version integer NOT NULL,
    CONSTRAINT stream_breaks_pkey PRIMARY KEY (topic, partition_no, seq)
);
CREATE INDEX stream_breaks_stream ON stream_breaks (stream_id);

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
    persons         text[] NOT NULL DEFAULT '{}',
    confirmed_at    timestamptz,
    honest_error    boolean NOT NULL DEFAULT false,
    appealed        boolean NOT NULL DEFAULT false,
    CONSTRAINT findings_in_hand_pkey PRIMARY KEY (finding)
);
CREATE INDEX findings_in_hand_jurisdictions ON findings_in_hand USING gin (jurisdictions);

GRANT SELECT, INSERT, DELETE ON hot_events, hot_keys, findings_held, subjects_waiting,
    stream_breaks TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON findings_in_hand, stream_heads TO ledger_writer;

-- migrate:down
DROP TABLE findings_in_hand, stream_breaks, stream_heads, subjects_waiting, findings_held, hot_keys, hot_events;
