-- migrate:up

-- Files of reference data as they came, and their rows as they were read, each by its SHA-256. Events name
-- them; rows are written once. No row is about a person.
CREATE TABLE reference_contents (
    sha256  text COLLATE "C" NOT NULL,
    content bytea NOT NULL CONSTRAINT reference_contents_size CHECK (octet_length(content) <= 67108864),
    kept_at timestamptz NOT NULL,
    CONSTRAINT reference_contents_pkey PRIMARY KEY (sha256)
);

-- Which claims lack what, from which register, since their newest proposal? Follows the events.
CREATE TABLE claims_lacking (
    claim    text COLLATE "C" NOT NULL,
    register text COLLATE "C" NOT NULL,
    facts    text[] NOT NULL,
    since    timestamptz NOT NULL,
    CONSTRAINT claims_lacking_pkey PRIMARY KEY (claim, register)
);
CREATE INDEX claims_lacking_register ON claims_lacking (register, since, claim);

GRANT SELECT, INSERT ON reference_contents TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON claims_lacking TO ledger_writer;

-- migrate:down
DROP TABLE claims_lacking, reference_contents;
