-- migrate:up

-- Which accepted claims have not been asked about yet? Follows the events; the worker empties it.
CREATE TABLE claims_to_verify (
    claim text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT claims_to_verify_pkey PRIMARY KEY (claim)
);
CREATE INDEX claims_to_verify_order ON claims_to_verify (since, claim);

-- What was asked of which register, and was it answered? Follows the events.
CREATE TABLE verifications (
    stream_id text COLLATE "C" NOT NULL,
    register  text COLLATE "C" NOT NULL,
    question  text NOT NULL,
    as_of     date NOT NULL,
    channel   text NOT NULL,
    stage     text NOT NULL,
    outcome   text,
    since     timestamptz NOT NULL,
    CONSTRAINT verifications_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX verifications_open ON verifications (register, since, stream_id) WHERE stage <> 'answered';

-- Which claim needs which answers? From the claim's content and its pack, again at each acceptance.
CREATE TABLE verification_claims (
    claim     text COLLATE "C" NOT NULL,
    stream_id text COLLATE "C" NOT NULL,
    CONSTRAINT verification_claims_pkey PRIMARY KEY (claim, stream_id)
);

-- On which answers does the newest proposal of a claim rest? Follows the events.
CREATE TABLE claims_resting (
    claim  text COLLATE "C" NOT NULL,
    answer text COLLATE "C" NOT NULL,
    CONSTRAINT claims_resting_pkey PRIMARY KEY (claim, answer)
);
CREATE INDEX claims_resting_answer ON claims_resting (answer);

-- Which answers were wrong? Follows the events.
CREATE TABLE answers_corrected (
    answer       text COLLATE "C" NOT NULL,
    correction   text COLLATE "C" NOT NULL,
    stream_id    text COLLATE "C" NOT NULL,
    register     text NOT NULL,
    corrected_at timestamptz NOT NULL,
    CONSTRAINT answers_corrected_pkey PRIMARY KEY (answer)
);

-- Since when does a register not answer, and how far have its corrections been read? Losing it costs
-- asking again, nothing else.
CREATE TABLE registers_asked (
    register          text COLLATE "C" NOT NULL,
    silent_since      timestamptz,
    why               text,
    corrections_after bigint NOT NULL DEFAULT 0,
    CONSTRAINT registers_asked_pkey PRIMARY KEY (register)
);

-- Why has one question no answer although its register answers?
CREATE TABLE verification_tries (
    stream_id text COLLATE "C" NOT NULL,
    why       text NOT NULL,
    tries     integer NOT NULL,
    last_at   timestamptz NOT NULL,
    CONSTRAINT verification_tries_pkey PRIMARY KEY (stream_id)
);

-- Raw answers under the key of the person they are about; the event holds commitment and digest. Rows are
-- written once. Without a person (an institution's agreement) nothing is personal, and the answer is open.
CREATE TABLE register_answers (
    event_id  text COLLATE "C" NOT NULL,
    stream_id text COLLATE "C" NOT NULL,
    person    text COLLATE "C",
    content   bytea NOT NULL CONSTRAINT register_answers_size CHECK (octet_length(content) <= 66000),
    kept_at   timestamptz NOT NULL,
    CONSTRAINT register_answers_pkey PRIMARY KEY (event_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON claims_to_verify, verifications, verification_claims, claims_resting,
    answers_corrected, registers_asked, verification_tries TO ledger_writer;
GRANT SELECT, INSERT ON register_answers TO ledger_writer;

-- migrate:down
DROP TABLE register_answers, verification_tries, registers_asked, answers_corrected, claims_resting,
    verification_claims, verifications, claims_to_verify;
