-- migrate:up

-- Which plans are there, and how far is each? Follows the events; may be rebuilt at any time.
CREATE TABLE plans_in_hand (
    stream_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    stage        text NOT NULL,
    kind         text NOT NULL,
    occupation   text NOT NULL,
    level        text NOT NULL,
    starts_on    date NOT NULL,
    ends_on      date NOT NULL,
    institution  text COLLATE "C",
    organisation text COLLATE "C",
    filed_by     text NOT NULL,
    persons      integer NOT NULL,
    enrolled     integer NOT NULL DEFAULT 0,
    budget_fen   bigint NOT NULL,
    base_fen     bigint,
    payee_kind   text,
    payee        text COLLATE "C",
    fund         text COLLATE "C",
    version      integer NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT plans_in_hand_pkey PRIMARY KEY (stream_id)
);
CREATE INDEX plans_in_hand_worklist ON plans_in_hand (jurisdiction, stage, stream_id);
CREATE INDEX plans_in_hand_organisation ON plans_in_hand (organisation, stream_id);

-- Who is on which plan's roster?
CREATE TABLE plan_trainees (
    plan         text COLLATE "C" NOT NULL,
    person       text COLLATE "C" NOT NULL,
    row_no       bigint NOT NULL,
    change       text NOT NULL,
    enrolled_on  date NOT NULL,
    person_group text NOT NULL,
    employer     text COLLATE "C",
    revision     bigint NOT NULL,
    CONSTRAINT plan_trainees_pkey PRIMARY KEY (plan, person)
);
CREATE INDEX plan_trainees_person ON plan_trainees (person);

-- Which claims name which plan, and what became of each?
CREATE TABLE plan_claims (
    claim           text COLLATE "C" NOT NULL,
    plan            text COLLATE "C" NOT NULL,
    person          text COLLATE "C" NOT NULL,
    state           text NOT NULL,
    stage           text NOT NULL,
    payee_kind      text NOT NULL,
    payee           text COLLATE "C",
    amount_fen      bigint NOT NULL,
    settled_by_plan boolean NOT NULL,
    hands           text[] NOT NULL,
    CONSTRAINT plan_claims_pkey PRIMARY KEY (claim)
);
CREATE INDEX plan_claims_plan ON plan_claims (plan, claim);

-- Which plans must be looked at again because of which event: their claims or counts have moved.
CREATE TABLE plans_due (
    plan        text COLLATE "C" NOT NULL,
    cause       text NOT NULL,
    correlation text NOT NULL,
    CONSTRAINT plans_due_pkey PRIMARY KEY (plan)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON plans_in_hand, plan_trainees, plan_claims, plans_due
    TO ledger_writer;

-- migrate:down
DROP TABLE plans_due, plan_claims, plan_trainees, plans_in_hand;
