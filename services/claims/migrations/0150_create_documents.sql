-- migrate:up

-- Papers of claims and plans. Each file has a key of its own; `header` holds it, wrapped under the key of the person
-- or plan, once all chunks are here. `kept`: an event names it, and from then on nothing of it changes or goes.
CREATE TABLE document_files (
    document  text COLLATE "C" NOT NULL,
    stream_id text COLLATE "C" NOT NULL,
    begun_at  timestamptz NOT NULL,
    header    bytea CONSTRAINT document_files_header CHECK (octet_length(header) = 136),
    kept      boolean NOT NULL DEFAULT false,
    CONSTRAINT document_files_pkey PRIMARY KEY (document),
    CONSTRAINT document_files_whole CHECK (header IS NOT NULL OR NOT kept)
);
CREATE INDEX document_files_open ON document_files (begun_at) WHERE NOT kept;

-- 256 KiB a row and its tag; ciphertext does not get smaller, so nobody tries.
CREATE TABLE document_chunks (
    document text COLLATE "C" NOT NULL,
    no       smallint NOT NULL CONSTRAINT document_chunks_no CHECK (no BETWEEN 0 AND 79),
    sealed   bytea NOT NULL CONSTRAINT document_chunks_size CHECK (octet_length(sealed) <= 262160),
    CONSTRAINT document_chunks_pkey PRIMARY KEY (document, no),
    CONSTRAINT document_chunks_file FOREIGN KEY (document) REFERENCES document_files ON DELETE CASCADE
);
ALTER TABLE document_chunks ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE FUNCTION document_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a kept document stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER document_files_kept BEFORE UPDATE OR DELETE ON document_files
    FOR EACH ROW WHEN (OLD.kept) EXECUTE FUNCTION document_is_kept();

GRANT SELECT, INSERT, DELETE ON document_files TO ledger_writer;
GRANT UPDATE (header, kept) ON document_files TO ledger_writer;
GRANT SELECT, INSERT ON document_chunks TO ledger_writer;

-- migrate:down
DROP TABLE document_chunks, document_files;
DROP FUNCTION document_is_kept();
