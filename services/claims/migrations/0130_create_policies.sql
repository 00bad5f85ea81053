-- migrate:up

-- The files of all packs that ever judged here, byte for byte: those of each release that ran, and those
-- that were proposed. Rows are written once; the proposed ones stand in their events as well.
CREATE TABLE policy_files (
    file_sha256    text COLLATE "C" NOT NULL,
    content_sha256 text COLLATE "C" NOT NULL,
    policy_id      text COLLATE "C" NOT NULL,
    version        integer NOT NULL,
    content        bytea NOT NULL CONSTRAINT policy_files_size CHECK (octet_length(content) <= 524288),
    CONSTRAINT policy_files_pkey PRIMARY KEY (file_sha256)
);
CREATE INDEX policy_files_version ON policy_files (policy_id, version, content_sha256);

-- Which policies have versions of their own here? Follows the events.
CREATE TABLE policies_seen (
    policy_id    text COLLATE "C" NOT NULL,
    jurisdiction text COLLATE "C" NOT NULL,
    stage        text NOT NULL,
    CONSTRAINT policies_seen_pkey PRIMARY KEY (policy_id)
);

-- How far is each comparison? It may be run again at any time; what counts is the event at its end.
CREATE TABLE policy_comparisons (
    run            text COLLATE "C" NOT NULL,
    proposal       text COLLATE "C" NOT NULL,
    total          bigint NOT NULL,
    after_claim    text COLLATE "C" NOT NULL DEFAULT '',
    judged         bigint NOT NULL DEFAULT 0,
    done           boolean NOT NULL DEFAULT false,
    begun_at       timestamptz NOT NULL,
    CONSTRAINT policy_comparisons_pkey PRIMARY KEY (run)
);
CREATE INDEX policy_comparisons_proposal ON policy_comparisons (proposal, begun_at);
CREATE TABLE policy_comparison_kinds (
    run     text COLLATE "C" NOT NULL,
    kind    text COLLATE "C" NOT NULL,
    judged  bigint NOT NULL,
    reached bigint NOT NULL,
    gain    bigint NOT NULL,
    lose    bigint NOT NULL,
    stay    bigint NOT NULL,
    differ  bigint NOT NULL,
    old_fen bigint NOT NULL,
    new_fen bigint NOT NULL,
    CONSTRAINT policy_comparison_kinds_pkey PRIMARY KEY (run, kind)
);

-- Which claims would be decided otherwise, and how?
CREATE TABLE policy_comparison_lines (
    run          text COLLATE "C" NOT NULL,
    claim        text COLLATE "C" NOT NULL,
    kind         text NOT NULL,
    reached      boolean NOT NULL,
    old_decision text NOT NULL,
    new_decision text NOT NULL,
    old_fen      bigint NOT NULL,
    new_fen      bigint NOT NULL,
    old_reasons  text[] NOT NULL,
    new_reasons  text[] NOT NULL,
    CONSTRAINT policy_comparison_lines_pkey PRIMARY KEY (run, claim)
);

GRANT SELECT, INSERT ON policy_files TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    policies_seen, policy_comparisons, policy_comparison_kinds, policy_comparison_lines TO ledger_writer;

-- migrate:down
DROP TABLE policy_comparison_lines, policy_comparison_kinds, policy_comparisons, policies_seen, policy_files;
