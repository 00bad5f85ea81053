-- migrate:up

-- Which events name which record, person or fund, and where they stand: what a trace is followed by.
-- Derived: read again from the log at any time.
CREATE TABLE trace_names (
    name         text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    partition_no smallint NOT NULL,
    seq          bigint NOT NULL,
    own          boolean NOT NULL,
    log_offset   bigint NOT NULL,
    CONSTRAINT trace_names_pkey PRIMARY KEY (name, topic, partition_no, seq)
);

GRANT SELECT, INSERT ON trace_names TO ledger_writer;

-- migrate:down
DROP TABLE trace_names;
