-- migrate:up

-- The log for an installation without Kafka, and as dumb as Kafka: it verifies nothing, so copies
-- and forks can be stored. It only gives offsets, keeps what it was given, and refuses all change.

-- One row a partition. An append holds its lock until the commit, so the order of offsets is the
-- order in which records become visible.
CREATE TABLE heads (
    topic        text COLLATE "C" NOT NULL
        CONSTRAINT heads_topic_name CHECK (topic ~ '^[A-Za-z0-9._-]{1,200}$'),
    partition_no smallint NOT NULL CONSTRAINT heads_partition CHECK (partition_no >= 0),
    next_offset  bigint NOT NULL DEFAULT 0,
    CONSTRAINT heads_pkey PRIMARY KEY (topic, partition_no)
) WITH (fillfactor = 20);

-- 65 million events are some 60 GB: 16 tables of 4 GB, each with the tails of a few partitions, so
-- that vacuum, backup and index pages stay of a size that one machine handles.
CREATE TABLE records (
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    "offset"     bigint NOT NULL,
    seq          bigint NOT NULL,
    event_id     bytea NOT NULL CONSTRAINT records_event_id_size CHECK (octet_length(event_id) = 16),
    chain        bytea NOT NULL CONSTRAINT records_chain_size CHECK (octet_length(chain) = 32),
    body         bytea NOT NULL CONSTRAINT records_body_size CHECK (octet_length(body) <= 262144),
    appended_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT records_pkey PRIMARY KEY (topic, partition_no, "offset")
) PARTITION BY HASH (topic, partition_no);

-- Whoever stands here may append to the topic and create it; nobody else may.
CREATE TABLE topic_writers (
    topic     text COLLATE "C" NOT NULL,
    role_name name NOT NULL,
    CONSTRAINT topic_writers_pkey PRIMARY KEY (topic, role_name)
);

INSERT INTO topic_writers (topic, role_name) VALUES
    ('claim-events.v1', 'claims_service'),
    ('verification-events.v1', 'claims_service'),
    ('payout-events.v1', 'payments_service'),
    ('finding-events.v1', 'audit_service'),
    -- to create the topics, and for `claims-ledger log copy`
    ('claim-events.v1', 'ledger_owner'),
    ('verification-events.v1', 'ledger_owner'),
    ('payout-events.v1', 'ledger_owner'),
    ('finding-events.v1', 'ledger_owner');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the log is only appended to', tg_op, tg_table_name
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- TRUNCATE of a part does not fire the whole's trigger: each part has its own.
DO $$
BEGIN
    FOR n IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE records_%s PARTITION OF records FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            n, n);
        EXECUTE format(
            'CREATE TRIGGER records_keep_all BEFORE TRUNCATE ON records_%s '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', n);
    END LOOP;
END $$;
CREATE TRIGGER records_keep_all BEFORE TRUNCATE ON records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER records_keep BEFORE UPDATE OR DELETE ON records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_keep BEFORE DELETE ON heads
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_keep_all BEFORE TRUNCATE ON heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_foreign_writer(wanted text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- session_user: inside a SECURITY DEFINER function the current one is always the owner
    IF NOT EXISTS (SELECT FROM topic_writers w
                   WHERE w.topic = wanted AND w.role_name = session_user) THEN
        RAISE EXCEPTION '% may not write to %', session_user, wanted
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Returns the offset of the first record; the others follow without a gap.
CREATE FUNCTION append_records(
    to_topic text, to_partition smallint,
    seqs bigint[], event_ids bytea[], chains bytea[], bodies bytea[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first_offset bigint;
BEGIN
    PERFORM refuse_foreign_writer(to_topic);
    UPDATE heads SET next_offset = next_offset + cardinality(seqs)
        WHERE topic = to_topic AND partition_no = to_partition
        RETURNING next_offset - cardinality(seqs) INTO first_offset;
    IF first_offset IS NULL THEN
        RAISE EXCEPTION 'unknown partition %/%', to_topic, to_partition
            USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO records (topic, partition_no, "offset", seq, event_id, chain, body)
        SELECT to_topic, to_partition, first_offset + r.n - 1, r.seq, r.event_id, r.chain, r.body
        FROM unnest(seqs, event_ids, chains, bodies)
            WITH ORDINALITY AS r (seq, event_id, chain, body, n);
    RETURN first_offset;
END $$;

-- Never changes a topic that exists; the caller compares the number.
CREATE FUNCTION create_topic(new_topic text, partitions integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM refuse_foreign_writer(new_topic);
    PERFORM pg_advisory_xact_lock(hashtext('create_topic'));  -- two at once make it once
    IF NOT EXISTS (SELECT FROM heads WHERE topic = new_topic) THEN
        INSERT INTO heads (topic, partition_no)
            SELECT new_topic, n FROM generate_series(0, partitions - 1) AS n;
    END IF;
END $$;

REVOKE ALL ON FUNCTION append_records(text, smallint, bigint[], bytea[], bytea[], bytea[]),
    create_topic(text, integer), refuse_foreign_writer(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_records(text, smallint, bigint[], bytea[], bytea[], bytea[]),
    create_topic(text, integer) TO ledger_writer;
GRANT USAGE ON SCHEMA public TO ledger_writer;
GRANT SELECT ON heads, records, topic_writers TO ledger_writer;

-- migrate:down

DROP FUNCTION create_topic(text, integer);
DROP FUNCTION append_records(text, smallint, bigint[], bytea[], bytea[], bytea[]);
DROP FUNCTION refuse_foreign_writer(text);
DROP TABLE records, heads, topic_writers;
DROP FUNCTION refuse_change();
