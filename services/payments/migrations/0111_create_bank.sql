-- migrate:up

-- Who is paid, as ciphertext out of the claim: read when a file for the bank is made. Follows the log.
CREATE TABLE payee_seals (
    claim    text COLLATE "C" NOT NULL,
    version  integer NOT NULL,
    event_id uuid NOT NULL,
    sealed   bytea NOT NULL,
    CONSTRAINT payee_seals_pkey PRIMARY KEY (claim)
);

-- How far audit has judged each partition, and when it said so. Follows the log.
CREATE TABLE audit_judged (
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    said_at      timestamptz NOT NULL,
    CONSTRAINT audit_judged_pkey PRIMARY KEY (topic, partition_no)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON payee_seals, audit_judged TO ledger_writer;

-- migrate:down
DROP TABLE audit_judged, payee_seals;
