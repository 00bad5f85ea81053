-- migrate:up

-- Which lists of claims were approved in one command, by whom, and are they worked off? The event
-- ApprovalsAsked says that it was asked; the list itself stands here alone.
CREATE TABLE approvals_asked (
    approvals      text COLLATE "C" NOT NULL,
    actor          text NOT NULL,
    jurisdiction   text COLLATE "C" NOT NULL,
    org            text,
    correlation_id text NOT NULL,
    event_id       text NOT NULL,
    claims         integer NOT NULL,
    asked_at       timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT approvals_asked_pkey PRIMARY KEY (approvals)
);
CREATE INDEX approvals_asked_open ON approvals_asked (asked_at, approvals) WHERE ended_at IS NULL;

-- What was shown of each claim of a list, and what became of it? Without an outcome it still waits.
CREATE TABLE approvals_of (
    approvals    text COLLATE "C" NOT NULL,
    n            integer NOT NULL,
    claim        text COLLATE "C" NOT NULL,
    shown_sha256 text COLLATE "C" NOT NULL,
    outcome      text,
    code         text,
    en           text,
    zh           text,
    CONSTRAINT approvals_of_pkey PRIMARY KEY (approvals, n),
    CONSTRAINT approvals_of_claim UNIQUE (approvals, claim)
);
CREATE INDEX approvals_of_open ON approvals_of (approvals, n) WHERE outcome IS NULL;

GRANT SELECT, INSERT, UPDATE ON approvals_asked, approvals_of TO ledger_writer;

-- migrate:down
DROP TABLE approvals_of, approvals_asked;
