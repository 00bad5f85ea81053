-- migrate:up

-- What has each plan been advanced, and what is settled? Follows the events; may be rebuilt.
CREATE TABLE plan_money (
    stream_id      text COLLATE "C" NOT NULL,
    jurisdiction   text COLLATE "C" NOT NULL,
    state          text NOT NULL,
    plan           text COLLATE "C" NOT NULL,
    payee_kind     text NOT NULL,
    payee          text COLLATE "C",
    organisation   text COLLATE "C",
    base_fen       bigint NOT NULL,
    max_ratio_bp   integer NOT NULL,
    live_fen       bigint NOT NULL,
    advanced_fen   bigint NOT NULL,
    receivable_fen bigint NOT NULL,
    settled_fen    bigint NOT NULL,
    demanded_fen   bigint NOT NULL,
    due_on         date NOT NULL,
    version        integer NOT NULL,
    changed_at     timestamptz NOT NULL,
    CONSTRAINT plan_money_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX plan_money_worklist ON plan_money (jurisdiction, state, stream_id);
CREATE INDEX plan_money_overdue ON plan_money (payee, due_on) WHERE receivable_fen > 0;

-- Which advances wait for an officer or for a batch, and until when?
CREATE TABLE advances_pending (
    stream_id  text COLLATE "C" NOT NULL,
    advance_no bigint NOT NULL,
    ends_on    date NOT NULL,
    CONSTRAINT advances_pending_pkey PRIMARY KEY (stream_id, advance_no)
);
CREATE INDEX advances_pending_ends ON advances_pending (ends_on);

-- Who owes what, and since when?
CREATE TABLE recoveries_in_hand (
    recovery     text COLLATE "C" NOT NULL,
    stream_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    state        text NOT NULL,
    payee_kind   text NOT NULL,
    payee        text COLLATE "C",
    plan         text COLLATE "C",
    claim        text COLLATE "C",
    cause        text NOT NULL,
    amount_fen   bigint NOT NULL,
    balance_fen  bigint NOT NULL,
    demanded_on  date NOT NULL,
    due_on       date NOT NULL,
    CONSTRAINT recoveries_in_hand_pkey PRIMARY KEY (recovery)
);
CREATE INDEX recoveries_in_hand_worklist ON recoveries_in_hand (jurisdiction, state, recovery);
CREATE INDEX recoveries_in_hand_payee ON recoveries_in_hand (payee) WHERE balance_fen > 0;

-- The newest day that was opened: terms run out on it.
CREATE TABLE day_now (
    one      boolean NOT NULL DEFAULT true,
    day      date NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT day_now_pkey PRIMARY KEY (one),
    CONSTRAINT day_now_one CHECK (one)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON plan_money, advances_pending, recoveries_in_hand, day_now
    TO ledger_writer;

-- migrate:down
DROP TABLE day_now, recoveries_in_hand, advances_pending, plan_money;
