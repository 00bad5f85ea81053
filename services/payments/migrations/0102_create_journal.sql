-- migrate:up

-- Double entry: two lines for each move of money, posted with the event that moves it. Never changed.
CREATE TABLE journal_lines (
    event_id   uuid NOT NULL,
    line       smallint NOT NULL,
    account    text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL,
    CONSTRAINT journal_lines_pkey PRIMARY KEY (event_id, line),
    CONSTRAINT journal_lines_amount CHECK (amount_fen <> 0)
);
CREATE INDEX journal_lines_account ON journal_lines (account, event_id, line);

-- What is in each account. A guarded one never stands below zero.
CREATE TABLE balances (
    account     text COLLATE "C" NOT NULL,
    guarded     boolean NOT NULL,
    balance_fen bigint NOT NULL,
    CONSTRAINT balances_pkey PRIMARY KEY (account),
    CONSTRAINT balances_covered CHECK (balance_fen >= 0 OR NOT guarded)
) WITH (fillfactor = 20);

-- How much of a plan was advanced, pending included, against its base (HLD-10-4).
CREATE TABLE advance_rooms (
    plan         text COLLATE "C" NOT NULL,
    base_fen     bigint NOT NULL,
    max_ratio_bp integer NOT NULL,
    advanced_fen bigint NOT NULL,
    CONSTRAINT advance_rooms_pkey PRIMARY KEY (plan),
    CONSTRAINT advance_rooms_positive CHECK (advanced_fen >= 0),
    CONSTRAINT advance_rooms_ratio CHECK (advanced_fen * 10000 <= base_fen * max_ratio_bp)
) WITH (fillfactor = 20);

GRANT SELECT, INSERT ON journal_lines TO ledger_writer;
GRANT SELECT, INSERT, UPDATE (balance_fen) ON balances TO ledger_writer;
GRANT SELECT, INSERT, UPDATE (base_fen, max_ratio_bp, advanced_fen) ON advance_rooms TO ledger_writer;

-- migrate:down
DROP TABLE advance_rooms, balances, journal_lines;
