-- migrate:up

-- One row an event, the exact bytes that every hash covers. Rows are written once and stay.
CREATE TABLE events (
    partition_no smallint NOT NULL,
    stream_id    text COLLATE "C" NOT NULL,
    version      integer NOT NULL CONSTRAINT events_version_positive CHECK (version > 0),
    topic        text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL CONSTRAINT events_seq_positive CHECK (seq > 0),
    event_id     uuid NOT NULL,
    body         bytea NOT NULL CONSTRAINT events_body_size CHECK (octet_length(body) <= 262144),
    CONSTRAINT events_pkey PRIMARY KEY (partition_no, stream_id, version),
    CONSTRAINT events_seq_key UNIQUE (topic, partition_no, seq)
) PARTITION BY HASH (partition_no);

CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE events_2 PARTITION OF events FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE events_3 PARTITION OF events FOR VALUES WITH (MODULUS 4, REMAINDER 3);

-- The last number given per topic and partition. Locked last in every append, until its commit.
CREATE TABLE heads (
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL DEFAULT 0,
    CONSTRAINT heads_pkey PRIMARY KEY (topic, partition_no)
) WITH (fillfactor = 20);

-- What a command was answered; the digest is an HMAC, the answer holds ids only.
CREATE TABLE idempotency (
    key         bytea NOT NULL,
    digest      bytea NOT NULL,
    answer      bytea NOT NULL,
    stream_id   text COLLATE "C" NOT NULL,
    version     integer NOT NULL,
    partition_no smallint NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (key)
);

-- Rules that span streams: who holds a slot. Rebuilt from the events at any time.
CREATE TABLE reservations (
    kind      text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    stream_id text COLLATE "C" NOT NULL,
    note      text NOT NULL DEFAULT '' CONSTRAINT reservations_note_size CHECK (length(note) <= 200),
    CONSTRAINT reservations_pkey PRIMARY KEY (kind, key)
);

-- One row per acknowledged batch: how far the log has it. The primary key is the compare-and-set.
CREATE TABLE relay_batches (
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    first_seq    bigint NOT NULL,
    last_seq     bigint NOT NULL,
    chain        bytea NOT NULL,
    CONSTRAINT relay_batches_pkey PRIMARY KEY (topic, partition_no, first_seq),
    CONSTRAINT relay_batches_order CHECK (last_seq >= first_seq)
);

-- What this service has read of the log, saved with the effect.
CREATE TABLE inbox_positions (
    reader       text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    log_offset   bigint NOT NULL,
    chain        bytea NOT NULL,
    CONSTRAINT inbox_positions_pkey PRIMARY KEY (reader, topic, partition_no)
) WITH (fillfactor = 20);

-- Events that were read and not applied: they wait for their cause, or their stream is parked.
CREATE TABLE inbox_pending (
    reader       text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    stream_id    text COLLATE "C" NOT NULL,
    state        text NOT NULL CONSTRAINT inbox_pending_state CHECK (state IN ('waiting', 'parked')),
    cause        text NOT NULL,
    detail       text NOT NULL,
    for_stream   text COLLATE "C",
    for_version  integer,
    event_id     bytea NOT NULL,
    body         bytea NOT NULL,
    since        timestamptz NOT NULL,
    CONSTRAINT inbox_pending_pkey PRIMARY KEY (reader, topic, partition_no, seq)
);
CREATE INDEX inbox_pending_stream ON inbox_pending (reader, stream_id);
CREATE INDEX inbox_pending_cause ON inbox_pending (for_stream, for_version) WHERE state = 'waiting';

-- How often the process ended at one record; after three ends its stream parks.
CREATE TABLE inbox_attempts (
    reader       text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    ends         integer NOT NULL,
    trying       boolean NOT NULL,
    CONSTRAINT inbox_attempts_pkey PRIMARY KEY (reader, topic, partition_no)
);

-- How far the service's own read tables have come.
CREATE TABLE view_positions (
    view         text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    CONSTRAINT view_positions_pkey PRIMARY KEY (view, topic, partition_no)
) WITH (fillfactor = 20);

CREATE FUNCTION events_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are immutable: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_are_immutable();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_immutable();
CREATE TRIGGER events_0_no_truncate BEFORE TRUNCATE ON events_0
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_immutable();
CREATE TRIGGER events_1_no_truncate BEFORE TRUNCATE ON events_1
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_immutable();
CREATE TRIGGER events_2_no_truncate BEFORE TRUNCATE ON events_2
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_immutable();
CREATE TRIGGER events_3_no_truncate BEFORE TRUNCATE ON events_3
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_immutable();

GRANT USAGE ON SCHEMA public TO ledger_writer;
GRANT SELECT, INSERT ON events, idempotency, relay_batches TO ledger_writer;
GRANT SELECT ON heads TO ledger_writer;
GRANT UPDATE (seq) ON heads TO ledger_writer;
GRANT SELECT, INSERT, DELETE ON reservations TO ledger_writer;
GRANT SELECT, INSERT, UPDATE ON inbox_positions, view_positions TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_pending, inbox_attempts TO ledger_writer;

-- migrate:down
DROP TABLE view_positions, inbox_attempts, inbox_pending, inbox_positions, relay_batches,
    reservations, idempotency, heads, events;
DROP FUNCTION events_are_immutable();
