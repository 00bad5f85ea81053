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

-- Which institutions may not train, on which days, and since when do we know? Follows the events.
CREATE TABLE institutions_left (
    institution text COLLATE "C" NOT NULL,
    area        text COLLATE "C" NOT NULL,
    first_day   date NOT NULL,
    last_day    date NOT NULL,
    why         text[] NOT NULL,
    told_at     timestamptz NOT NULL,
    reference   text COLLATE "C" NOT NULL,
    CONSTRAINT institutions_left_pkey PRIMARY KEY (institution, area, first_day)
);

GRANT SELECT, INSERT ON reference_contents TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON institutions_left TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON claims_lacking TO ledger_writer;

-- migrate:down
DROP TABLE institutions_left, claims_lacking, reference_contents;
