-- migrate:up

-- Which classes were visited, and what was found? Follows the events; may be rebuilt at any time.
CREATE TABLE inspections_made (
    event_id     text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    plan         text COLLATE "C",
    institution  text COLLATE "C",
    inspected_on date NOT NULL,
    inspected_at timestamptz NOT NULL,
    outcome      text NOT NULL,
    hands        text[] NOT NULL,
    CONSTRAINT inspections_made_pkey PRIMARY KEY (event_id)
);
CREATE INDEX inspections_made_plan ON inspections_made (plan) WHERE plan IS NOT NULL;
CREATE INDEX inspections_made_institution ON inspections_made (institution, inspected_on)
 WHERE plan IS NULL;

-- Which notices are shown, and until when?
CREATE TABLE notices_shown (
    notice       text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    published_on date NOT NULL,
    closes_on    date NOT NULL,
    closed_on    date,
    claims       integer NOT NULL,
    amount_fen   bigint NOT NULL,
    objections   integer NOT NULL DEFAULT 0,
    CONSTRAINT notices_shown_pkey PRIMARY KEY (notice)
);
CREATE INDEX notices_shown_open ON notices_shown (closes_on) WHERE closed_on IS NULL;

-- What does public notice say of a claim?
CREATE TABLE claims_noticed (
    claim             text COLLATE "C" NOT NULL,
    notice            text COLLATE "C" NOT NULL,
    clause            text NOT NULL,
    published_at      timestamptz NOT NULL,
    closes_on         date NOT NULL,
    closed            boolean NOT NULL DEFAULT false,
    objections_open   integer NOT NULL DEFAULT 0,
    objections_upheld integer NOT NULL DEFAULT 0,
    CONSTRAINT claims_noticed_pkey PRIMARY KEY (claim, notice)
);
CREATE INDEX claims_noticed_notice ON claims_noticed (notice);

-- Which day was opened last? Notices close by themselves on it.
CREATE TABLE days_seen (
    day date NOT NULL,
    CONSTRAINT days_seen_pkey PRIMARY KEY (day)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    inspections_made, notices_shown, claims_noticed, days_seen TO ledger_writer;

-- migrate:down
DROP TABLE days_seen, claims_noticed, notices_shown, inspections_made;
