-- migrate:up

-- What was said of claims in public notices: payments wait for it. Follows the log.
CREATE TABLE notices_heard (
    claim     text COLLATE "C" NOT NULL,
    notice    text COLLATE "C" NOT NULL,
    closes_on date NOT NULL,
    closed    boolean NOT NULL DEFAULT false,
    objected  text[] NOT NULL DEFAULT '{}',
    upheld    boolean NOT NULL DEFAULT false,
    CONSTRAINT notices_heard_pkey PRIMARY KEY (claim, notice)
);
CREATE INDEX notices_heard_notice ON notices_heard (notice);

-- Which approved claims does the settlement of their plan pay? Follows the log.
CREATE TABLE claims_settled (
    claim   text COLLATE "C" NOT NULL,
    plan    text COLLATE "C" NOT NULL,
    revoked boolean NOT NULL DEFAULT false,
    CONSTRAINT claims_settled_pkey PRIMARY KEY (claim)
);
CREATE INDEX claims_settled_plan ON claims_settled (plan);

GRANT SELECT, INSERT, UPDATE, DELETE ON notices_heard, claims_settled TO ledger_writer;

-- migrate:down
DROP TABLE claims_settled, notices_heard;
