-- migrate:up

-- No service reads a table here: what a service may do is a function, and each opening of a key is a row.
-- Numbers never enter: the database sees HMACs, ciphertext and wrapped keys, and none of the keys that
-- would open them.

CREATE SCHEMA vault;
REVOKE ALL ON SCHEMA vault FROM PUBLIC;

-- One row. Fingerprints of the key file: a service with another file would give known persons new
-- references in silence, so it is refused. `previous_index_key` stands while an index is re-keyed.
CREATE TABLE vault.state (
    only_row boolean NOT NULL DEFAULT true,
    generation bigint NOT NULL DEFAULT 1,
    index_key_no smallint NOT NULL DEFAULT 1,
    index_key bytea,
    previous_index_key bytea,
    tombstone_key bytea,
    idempotency_key bytea,
    kek smallint,
    kek_fingerprint bytea,
    CONSTRAINT state_pkey PRIMARY KEY (only_row),
    CONSTRAINT state_one_row CHECK (only_row)
);
INSERT INTO vault.state DEFAULT VALUES;

-- Index row and data key of a person are one row: erasing is one delete, and meeting is one insert.
-- `users`: bit of each service that has met the row while no event was known to use it (for the purge).
CREATE TABLE vault.persons (
    met_at timestamptz NOT NULL,
    index_key_no smallint NOT NULL,
    kek smallint NOT NULL,
    users smallint NOT NULL,
    confirmed boolean NOT NULL DEFAULT false,
    hmac bytea NOT NULL,
    person bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    sealed_number bytea NOT NULL,
    CONSTRAINT persons_pkey PRIMARY KEY (hmac),
    CONSTRAINT persons_person UNIQUE (person),
    CONSTRAINT persons_lengths CHECK (octet_length(hmac) = 32 AND octet_length(person) = 16
        AND octet_length(wrapped_key) = 60 AND octet_length(sealed_number) <= 512)
);
CREATE INDEX persons_unconfirmed ON vault.persons (person) WHERE NOT confirmed;

-- Certificates (2), accounts (3), phones (4), devices (5), ... ; `owner` is the person who is erased with it.
CREATE TABLE vault.belongings (
    met_at timestamptz NOT NULL,
    kind smallint NOT NULL,
    index_key_no smallint NOT NULL,
    kek smallint NOT NULL,
    users smallint NOT NULL,
    confirmed boolean NOT NULL DEFAULT false,
    hmac bytea NOT NULL,
    reference bytea NOT NULL,
    owner bytea,
    sealed_value bytea NOT NULL,
    CONSTRAINT belongings_pkey PRIMARY KEY (hmac),
    CONSTRAINT belongings_kind CHECK (kind BETWEEN 2 AND 99),
    CONSTRAINT belongings_lengths CHECK (octet_length(hmac) = 32 AND octet_length(reference) = 16
        AND octet_length(owner) = 16 AND octet_length(sealed_value) <= 512)
);
CREATE INDEX belongings_owner ON vault.belongings (owner) WHERE owner IS NOT NULL;
CREATE INDEX belongings_unconfirmed ON vault.belongings (reference) WHERE NOT confirmed;

-- A certificate used by two persons (finding C1) stays when one of them is erased: the second and later owners.
CREATE TABLE vault.co_owners (
    reference bytea NOT NULL,
    person bytea NOT NULL,
    CONSTRAINT co_owners_pkey PRIMARY KEY (reference, person)
);
CREATE INDEX co_owners_person ON vault.co_owners (person);

-- What the law's no-repeat rule keeps of an erased person: HMAC under a second key, and the reference.
CREATE TABLE vault.tombstones (
    erased_at timestamptz NOT NULL,
    kind smallint NOT NULL,
    hmac bytea NOT NULL,
    reference bytea NOT NULL,
    owner bytea NOT NULL,
    CONSTRAINT tombstones_pkey PRIMARY KEY (hmac),
    CONSTRAINT tombstones_lengths CHECK (octet_length(hmac) = 32 AND octet_length(reference) = 16
        AND octet_length(owner) = 16)
);
CREATE INDEX tombstones_owner ON vault.tombstones (owner);

CREATE TABLE vault.openings (
    opening bigint GENERATED ALWAYS AS IDENTITY,
    opened_at timestamptz NOT NULL,
    person bytea NOT NULL,
    role text NOT NULL,
    purpose text NOT NULL,
    actor text NOT NULL,
    CONSTRAINT openings_pkey PRIMARY KEY (opening),
    CONSTRAINT openings_purpose CHECK (purpose ~ '^[a-z][a-z0-9_-]{0,63}$'),
    CONSTRAINT openings_actor CHECK (length(actor) BETWEEN 1 AND 64)
);
CREATE INDEX openings_person ON vault.openings (person);

-- Which bit of `users` the caller has. In a definer's function current_user is the owner, session_user the login.
CREATE FUNCTION vault.caller_bit() RETURNS smallint
LANGUAGE sql STABLE SET search_path = vault, pg_temp
RETURN CASE session_user WHEN 'claims_service' THEN 1 WHEN 'payments_service' THEN 2 ELSE 4 END::smallint;

-- The first service to start writes the fingerprints down; every later one must hold the same keys.
CREATE FUNCTION vault.check_keys(
    p_index bytea, p_previous bytea, p_tombstone bytea, p_idempotency bytea, p_kek smallint, p_kek_print bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
DECLARE s state%ROWTYPE;
BEGIN
    SELECT * INTO s FROM state FOR UPDATE;
    IF s.index_key IS NULL THEN
        UPDATE state SET index_key = p_index, tombstone_key = p_tombstone, idempotency_key = p_idempotency,
            kek = p_kek, kek_fingerprint = p_kek_print;
        RETURN s.generation;
    END IF;
    IF (s.index_key, s.tombstone_key, s.idempotency_key, s.kek, s.kek_fingerprint)
        IS DISTINCT FROM (p_index, p_tombstone, p_idempotency, p_kek, p_kek_print) THEN
        RAISE EXCEPTION 'these are not the keys of this vault' USING ERRCODE = 'VA001';
    END IF;
    IF s.previous_index_key IS NOT NULL AND s.previous_index_key IS DISTINCT FROM p_previous THEN
        RAISE EXCEPTION 'the index is being re-keyed: the previous index key is needed' USING ERRCODE = 'VA001';
    END IF;
    RETURN s.generation;
END $$;

-- References of persons (p_) and belongings (b_); new ones get what the client proposes, in one statement for all.
-- Answers the values that were known before, and last one row with the generation; a value that is not answered
-- is new under the proposal. Arrays come sorted by hmac: callers that meet the same values do not deadlock.
-- VA001 other keys; VA003 erased meanwhile, ask again; VA004 a tombstone holds another reference: see buried().
CREATE FUNCTION vault.refer(
    p_at timestamptz, p_index bytea, p_previous_index bytea,
    p_hmac bytea[], p_previous bytea[], p_tombstone bytea[], p_person bytea[], p_wrapped bytea[], p_sealed bytea[],
    p_sealing boolean[], p_actor text[],
    b_kind smallint[], b_hmac bytea[], b_previous bytea[], b_tombstone bytea[], b_reference bytea[],
    b_sealed bytea[], b_owner bytea[]
) RETURNS TABLE (place integer, reference bytea, wrapped_key bytea, generation bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = vault, pg_temp
-- Plans are cached per connection, perhaps since the tables were empty: only look-ups by index are ever right.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    s state%ROWTYPE;
    bit constant smallint := caller_bit();
    persons_asked constant integer := cardinality(p_hmac);
    belongings_asked constant integer := cardinality(b_hmac);
    added integer;
    known integer;
BEGIN
    IF persons_asked + belongings_asked > 4000 THEN
        RAISE EXCEPTION 'more than 4,000 values in one call' USING ERRCODE = 'VA005';
    END IF;
    SELECT * INTO s FROM state;  -- before the rows: an older generation only costs a cache, a newer one would lie
    IF s.index_key IS DISTINCT FROM p_index
        OR (s.previous_index_key IS NOT NULL AND s.previous_index_key IS DISTINCT FROM p_previous_index) THEN
        RAISE EXCEPTION 'these are not the keys of this vault' USING ERRCODE = 'VA001';
    END IF;

    IF s.previous_index_key IS NOT NULL THEN  -- a row moves when it is met; it never moves back
        UPDATE persons p SET hmac = a.hmac, index_key_no = s.index_key_no
        FROM unnest(p_hmac, p_previous) AS a (hmac, previous) WHERE p.hmac = a.previous;
        UPDATE belongings b SET hmac = a.hmac, index_key_no = s.index_key_no
        FROM unnest(b_hmac, b_previous) AS a (hmac, previous) WHERE b.hmac = a.previous;
    END IF;

    INSERT INTO persons (met_at, index_key_no, kek, users, hmac, person, wrapped_key, sealed_number)
    SELECT p_at, s.index_key_no, s.kek, bit, a.hmac, a.person, a.wrapped, a.sealed
    FROM unnest(p_hmac, p_person, p_wrapped, p_sealed) AS a (hmac, person, wrapped, sealed)
    ORDER BY a.hmac
    ON CONFLICT DO NOTHING;  -- on the reference too: after an erasure two may bring the same buried one
    GET DIAGNOSTICS added = ROW_COUNT;

    IF added < persons_asked THEN
        -- The lock keeps an erasure out until we commit: no belonging is left behind an erased owner.
        RETURN QUERY
        SELECT a.place::integer, p.person, CASE WHEN a.sealing THEN p.wrapped_key END, NULL::bigint
        FROM unnest(p_hmac, p_wrapped, p_sealing) WITH ORDINALITY AS a (hmac, wrapped, sealing, place)
        JOIN persons p ON p.hmac = a.hmac
        WHERE p.wrapped_key <> a.wrapped
        ORDER BY a.place
        FOR KEY SHARE OF p;
        GET DIAGNOSTICS known = ROW_COUNT;
        IF added + known < persons_asked THEN
            RAISE EXCEPTION 'a person was erased meanwhile' USING ERRCODE = 'VA003';
        END IF;
        UPDATE persons p SET met_at = greatest(p.met_at, p_at), users = p.users | bit
        FROM unnest(p_hmac) AS a (hmac)
        WHERE p.hmac = a.hmac AND NOT p.confirmed
            AND (p.met_at < p_at - interval '1 hour' OR p.users & bit = 0);
        INSERT INTO openings (opened_at, person, role, purpose, actor)
        SELECT p_at, p.person, session_user, 'seal', a.actor
        FROM unnest(p_hmac, p_wrapped, p_sealing, p_actor) AS a (hmac, wrapped, sealing, actor)
        JOIN persons p ON p.hmac = a.hmac
        WHERE a.sealing AND p.wrapped_key <> a.wrapped;
    END IF;

    IF belongings_asked > 0 THEN
        INSERT INTO belongings (met_at, kind, index_key_no, kek, users, hmac, reference, owner, sealed_value)
        SELECT p_at, a.kind, s.index_key_no, s.kek, bit, a.hmac, a.reference, o.person, a.sealed
        FROM unnest(b_kind, b_hmac, b_reference, b_sealed, b_owner) AS a (kind, hmac, reference, sealed, owner)
        LEFT JOIN persons o ON o.hmac = a.owner
        ORDER BY a.hmac
        ON CONFLICT ON CONSTRAINT belongings_pkey DO NOTHING;
        GET DIAGNOSTICS added = ROW_COUNT;

        IF added < belongings_asked THEN
            RETURN QUERY
            SELECT persons_asked + a.place::integer, b.reference, NULL::bytea, NULL::bigint
            FROM unnest(b_hmac, b_sealed) WITH ORDINALITY AS a (hmac, sealed, place)
            JOIN belongings b ON b.hmac = a.hmac
            WHERE b.sealed_value <> a.sealed
            ORDER BY a.place
            FOR KEY SHARE OF b;
            GET DIAGNOSTICS known = ROW_COUNT;
            IF added + known < belongings_asked THEN
                RAISE EXCEPTION 'a belonging was erased meanwhile' USING ERRCODE = 'VA003';
            END IF;
            UPDATE belongings b
            SET met_at = greatest(b.met_at, p_at), users = b.users | bit, owner = coalesce(b.owner, o.person)
            FROM unnest(b_hmac, b_owner) AS a (hmac, owner) LEFT JOIN persons o ON o.hmac = a.owner
            WHERE b.hmac = a.hmac
                AND ((b.owner IS NULL AND o.person IS NOT NULL)
                    OR (NOT b.confirmed AND (b.met_at < p_at - interval '1 hour' OR b.users & bit = 0)));
            INSERT INTO co_owners (reference, person)
            SELECT b.reference, o.person
            FROM unnest(b_hmac, b_owner) AS a (hmac, owner)
            JOIN persons o ON o.hmac = a.owner
            JOIN belongings b ON b.hmac = a.hmac
            WHERE b.owner <> o.person
            ORDER BY 1, 2
            ON CONFLICT ON CONSTRAINT co_owners_pkey DO NOTHING;
        END IF;
    END IF;

    -- After the inserts: an erasure that freed a key has committed its tombstone with it, and is seen here.
    PERFORM 1
    FROM unnest(p_tombstone || b_tombstone, p_person || b_reference) AS a (hmac, reference)
    JOIN tombstones t ON t.hmac = a.hmac
    WHERE t.reference <> a.reference;
    IF FOUND THEN
        RAISE EXCEPTION 'a tombstone keeps another reference' USING ERRCODE = 'VA004';
    END IF;
    RETURN QUERY SELECT 0, NULL::bytea, NULL::bytea, s.generation;
END $$;

-- References that tombstones keep, NULL where there is none: the client proposes them and calls refer() again.
CREATE FUNCTION vault.buried(p_tombstone bytea[]) RETURNS TABLE (reference bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
    SELECT t.reference
    FROM unnest(p_tombstone) WITH ORDINALITY AS a (hmac, place) LEFT JOIN tombstones t ON t.hmac = a.hmac
    ORDER BY a.place
$$;

-- The reference of a person who was met, by the number's HMAC; nothing is written, and nobody is met by it.
CREATE FUNCTION vault.find_person(p_index bytea, p_hmac bytea, p_previous bytea) RETURNS TABLE (reference bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
BEGIN
    IF (SELECT index_key FROM state) IS DISTINCT FROM p_index THEN
        RAISE EXCEPTION 'these are not the keys of this vault' USING ERRCODE = 'VA001';
    END IF;
    RETURN QUERY SELECT p.person FROM persons p WHERE p.hmac IN (p_hmac, p_previous);
END $$;

-- Wrapped data keys for reading, and a row for each that was opened, in one transaction. Erased persons are missing.
CREATE FUNCTION vault.open_keys(p_at timestamptz, p_person bytea[], p_purpose text, p_actor text)
RETURNS TABLE (person bytea, wrapped_key bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
    WITH opened AS (
        SELECT p.person, p.wrapped_key FROM persons p WHERE p.person = ANY (p_person)
    ), recorded AS (
        INSERT INTO openings (opened_at, person, role, purpose, actor)
        SELECT p_at, o.person, session_user, p_purpose, p_actor FROM opened o
    )
    SELECT o.person, o.wrapped_key FROM opened o
$$;

-- Numbers and data keys of persons, and of their own certificates, for asking a register: each person's opening is
-- a row. An erased person is missing, and so is a certificate that belongs to nobody who was asked for.
CREATE FUNCTION vault.open_numbers(
    p_at timestamptz, p_person bytea[], p_certificate bytea[], p_purpose text, p_actor text
) RETURNS TABLE (kind smallint, reference bytea, sealed_value bytea, wrapped_key bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
    WITH opened AS (
        SELECT p.person, p.sealed_number, p.wrapped_key FROM persons p WHERE p.person = ANY (p_person)
    ), recorded AS (
        INSERT INTO openings (opened_at, person, role, purpose, actor)
        SELECT p_at, o.person, session_user, p_purpose, p_actor FROM opened o
    )
    SELECT 1::smallint, o.person, o.sealed_number, o.wrapped_key FROM opened o
    UNION ALL
    SELECT b.kind, b.reference, b.sealed_value, NULL FROM belongings b
    WHERE b.kind = 2 AND b.reference = ANY (p_certificate)
        AND (b.owner IN (SELECT person FROM opened)
            OR EXISTS (SELECT FROM co_owners c JOIN opened o USING (person) WHERE c.reference = b.reference))
$$;

-- A belonging of those who go passes to its next owner, if it has one.
CREATE FUNCTION vault.hand_over(p_person bytea[]) RETURNS void
LANGUAGE plpgsql SET search_path = vault, pg_temp
AS $$
BEGIN
    DELETE FROM co_owners WHERE person = ANY (p_person);
    UPDATE belongings b SET owner = n.person
    FROM (
        SELECT DISTINCT ON (c.reference) c.reference, c.person
        FROM co_owners c JOIN belongings o ON o.reference = c.reference
        WHERE o.owner = ANY (p_person)
        ORDER BY c.reference, c.person
    ) AS n
    WHERE b.reference = n.reference AND b.owner = ANY (p_person);
    DELETE FROM co_owners c USING belongings b WHERE b.reference = c.reference AND b.owner = c.person;
END $$;

-- The certificates that would go with this person, for the client to compute their tombstones. Call it in the
-- transaction of erase(): the locks keep everybody else from giving this person another one in between.
CREATE FUNCTION vault.erasable(p_index bytea, p_hmac bytea, p_previous bytea)
RETURNS TABLE (reference bytea, kind smallint, sealed_value bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
BEGIN
    IF (SELECT index_key FROM state FOR UPDATE) IS DISTINCT FROM p_index THEN
        RAISE EXCEPTION 'these are not the keys of this vault' USING ERRCODE = 'VA001';
    END IF;
    PERFORM 1 FROM persons p WHERE p.hmac IN (p_hmac, p_previous) FOR UPDATE;
    RETURN QUERY
    SELECT b.reference, b.kind, b.sealed_value
    FROM persons p JOIN belongings b ON b.owner = p.person
    WHERE p.hmac IN (p_hmac, p_previous) AND b.kind = 2
        AND NOT EXISTS (SELECT FROM co_owners c WHERE c.reference = b.reference AND c.person <> p.person);
END $$;

-- Index row, data key, sealed number, and what belongs to this person alone. VA003: a certificate came meanwhile.
CREATE FUNCTION vault.erase(
    p_at timestamptz, p_index bytea, p_hmac bytea, p_previous bytea, p_tombstone bytea, p_keep boolean,
    p_actor text, b_reference bytea[], b_tombstone bytea[]
) RETURNS TABLE (persons integer, belongings integer, tombstones integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    gone bytea;
    buried bytea;
    n_persons integer := 0;
    n_belongings integer := 0;
    n_tombstones integer := 0;
BEGIN
    IF (SELECT index_key FROM state FOR UPDATE) IS DISTINCT FROM p_index THEN
        RAISE EXCEPTION 'these are not the keys of this vault' USING ERRCODE = 'VA001';
    END IF;
    SELECT p.person INTO gone FROM vault.persons p WHERE p.hmac IN (p_hmac, p_previous) FOR UPDATE;
    SELECT t.owner INTO buried FROM vault.tombstones t WHERE t.hmac = p_tombstone;
    IF NOT p_keep THEN  -- the no-repeat rule has ended: what it kept goes too
        DELETE FROM vault.tombstones t WHERE t.owner IN (gone, buried);
        GET DIAGNOSTICS n_tombstones = ROW_COUNT;
    END IF;
    IF gone IS NOT NULL THEN
        PERFORM 1 FROM vault.belongings b WHERE b.owner = gone ORDER BY b.hmac FOR UPDATE;
        PERFORM hand_over(ARRAY[gone]);
        IF p_keep THEN
            PERFORM 1 FROM vault.belongings b
            WHERE b.owner = gone AND b.kind = 2 AND b.reference <> ALL (b_reference);
            IF FOUND THEN
                RAISE EXCEPTION 'a certificate came meanwhile' USING ERRCODE = 'VA003';
            END IF;
            INSERT INTO vault.tombstones (erased_at, kind, hmac, reference, owner)
            SELECT p_at, 1::smallint, p_tombstone, gone, gone
            UNION ALL
            SELECT p_at, b.kind, a.hmac, b.reference, gone
            FROM unnest(b_reference, b_tombstone) AS a (reference, hmac)
            JOIN vault.belongings b ON b.reference = a.reference AND b.owner = gone
            ON CONFLICT ON CONSTRAINT tombstones_pkey DO NOTHING;
            GET DIAGNOSTICS n_tombstones = ROW_COUNT;
        END IF;
        DELETE FROM vault.belongings b WHERE b.owner = gone;
        GET DIAGNOSTICS n_belongings = ROW_COUNT;
        DELETE FROM vault.persons p WHERE p.person = gone;
        n_persons := 1;
        INSERT INTO openings (opened_at, person, role, purpose, actor)
        VALUES (p_at, gone, session_user, 'erase', p_actor);
        UPDATE state SET generation = generation + 1;
    END IF;
    RETURN QUERY SELECT n_persons, n_belongings, n_tombstones;
END $$;

-- References that the caller met before p_before and that no event is known to use.
CREATE FUNCTION vault.unused(p_before timestamptz, p_limit integer) RETURNS TABLE (reference bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
    SELECT u.reference FROM (
        SELECT p.person AS reference FROM persons p
        WHERE NOT p.confirmed AND p.met_at < p_before AND p.users & caller_bit() <> 0
        UNION ALL
        SELECT b.reference FROM belongings b
        WHERE NOT b.confirmed AND b.met_at < p_before AND b.users & caller_bit() <> 0
    ) AS u LIMIT least(p_limit, 10000)
$$;

-- An event uses them: they are never asked about again.
CREATE FUNCTION vault.confirm(p_reference bytea[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
    WITH p AS (
        UPDATE persons SET confirmed = true WHERE NOT confirmed AND person = ANY (p_reference) RETURNING 1
    ), b AS (
        UPDATE belongings SET confirmed = true WHERE NOT confirmed AND reference = ANY (p_reference) RETURNING 1
    )
    SELECT ((SELECT count(*) FROM p) + (SELECT count(*) FROM b))::integer
$$;

-- No event of the caller uses them. A row goes when every service that met it has said so.
CREATE FUNCTION vault.purge(p_reference bytea[], p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vault, pg_temp
AS $$
DECLARE
    bit constant smallint := caller_bit();
    gone bytea[];
    gone_belongings bytea[];
BEGIN
    UPDATE persons SET users = users & ~bit
    WHERE NOT confirmed AND met_at < p_before AND person = ANY (p_reference);
    UPDATE belongings SET users = users & ~bit
    WHERE NOT confirmed AND met_at < p_before AND reference = ANY (p_reference);
    WITH d AS (
        DELETE FROM persons WHERE NOT confirmed AND users = 0 AND met_at < p_before AND person = ANY (p_reference)
        RETURNING person
    ) SELECT coalesce(array_agg(person), '{}') INTO gone FROM d;
    WITH d AS (
        DELETE FROM belongings
        WHERE NOT confirmed AND users = 0 AND met_at < p_before AND reference = ANY (p_reference)
        RETURNING reference
    ) SELECT coalesce(array_agg(reference), '{}') INTO gone_belongings FROM d;
    IF cardinality(gone) + cardinality(gone_belongings) = 0 THEN
        RETURN 0;
    END IF;
    DELETE FROM co_owners WHERE reference = ANY (gone_belongings);
    PERFORM hand_over(gone);
    UPDATE belongings SET owner = NULL WHERE owner = ANY (gone);
    UPDATE state SET generation = generation + 1;
    RETURN cardinality(gone) + cardinality(gone_belongings);
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA vault FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO claims_service, payments_service;
GRANT EXECUTE ON FUNCTION
    vault.check_keys, vault.refer, vault.buried, vault.open_keys, vault.unused, vault.confirm, vault.purge
TO claims_service, payments_service;
-- Only claims writes PersonErased.
GRANT EXECUTE ON FUNCTION vault.erasable, vault.erase TO claims_service;
-- Only claims asks registers.
GRANT EXECUTE ON FUNCTION vault.open_numbers TO claims_service;
-- Only claims looks a person up.
GRANT EXECUTE ON FUNCTION vault.find_person TO claims_service;

-- migrate:down
DROP SCHEMA vault CASCADE;
