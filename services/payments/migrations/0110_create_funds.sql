-- migrate:up

-- Which funds are there, and may they pay today? Follows the events; may be rebuilt.
CREATE TABLE funds_open (
    stream_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    fund         text COLLATE "C" NOT NULL,
    source       text NOT NULL,
    year         bigint NOT NULL,
    purposes     text[] NOT NULL,
    frozen_from  date,
    frozen_until date,
    version      integer NOT NULL,
    special      boolean NOT NULL,
    cap_fen      bigint,
    given_fen    bigint NOT NULL,
    CONSTRAINT funds_open_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX funds_open_place ON funds_open (jurisdiction, stream_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON funds_open TO ledger_writer;

-- migrate:down
DROP TABLE funds_open;
