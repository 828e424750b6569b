-- Receiving acts and handing them out. Every function is one round trip.

-- The one clock that legal time is read from. Whole milliseconds, cut and not rounded: every instant that leaves the
-- database must read the same everywhere, and an act at .9996 of the last second must not become the next day's.
CREATE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT date_trunc('milliseconds', clock_timestamp());
$$;

-- An instant as every JSON of the service writes it.
CREATE FUNCTION iso(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

CREATE FUNCTION text_array(p jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(array_agg(x ORDER BY n), '{}') FROM jsonb_array_elements_text(coalesce(p, '[]')) WITH ORDINALITY AS e(x, n);
$$;

-- An inbox row as its readers see it.
CREATE FUNCTION inbox_json(i inbox) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', i.id, 'institutionId', i.institution_id, 'caseId', i.case_id, 'actorPerson', i.actor_person,
    'onBehalfOf', i.on_behalf_of, 'type', i.type, 'receivedAt', iso(i.received_at), 'attempts', i.attempts,
    'answeredAt', iso(i.answered_at), 'traceId', i.trace_id))
    -- Not stripped: a null within these is the sender's own.
    || jsonb_build_object('roles', to_jsonb(i.roles), 'departments', to_jsonb(i.departments), 'body', i.body, 'timely', i.timely)
    || CASE WHEN i.answer IS NULL THEN '{}' ELSE jsonb_build_object('answer', i.answer) END;
$$;

-- Writes an act down, once. The instant of receipt is taken after the case row is share-locked, and whoever closes a
-- window takes the row FOR UPDATE: an act is either visible to the closing, or received after it began.
CREATE FUNCTION receive_act(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  institution constant uuid := p->>'institutionId';
  the_case constant uuid := p->>'caseId';
  actor constant uuid := p->>'actorPerson';
  hashes constant text[] := text_array(p->'bodyHashes');
  digests constant text[] := ARRAY(SELECT DISTINCT d FROM unnest(text_array(p->'documents')) AS d ORDER BY d);
  kept text[];
  row inbox;
  now_is timestamptz;
  windows jsonb;
BEGIN
  PERFORM 1 FROM cases WHERE id = the_case AND institution_id = institution FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome', 'noCase');
  END IF;

  SELECT * INTO row FROM inbox
   WHERE institution_id = institution AND actor_person = actor AND idempotency_key = p->>'idempotencyKey';
  IF NOT FOUND THEN
    -- An act keeps the files it names; one that has expired meanwhile cannot be relied on.
    WITH touched AS (
      UPDATE document SET expires_at = NULL WHERE institution_id = institution AND digest = ANY (digests) RETURNING digest
    ) SELECT array_agg(digest) INTO kept FROM touched;
    IF cardinality(digests) > coalesce(cardinality(kept), 0) THEN
      -- Raised, not returned: nothing is to be kept for an act that is not received.
      RAISE EXCEPTION 'unknown document' USING ERRCODE = 'FQ404',
        DETAIL = (SELECT jsonb_agg(d)::text FROM unnest(digests) AS d WHERE d <> ALL (coalesce(kept, '{}')));
    END IF;

    now_is := service_clock();
    SELECT coalesce(jsonb_object_agg(d.key, now_is < d.ends_at), '{}') INTO windows
      FROM deadline d WHERE d.case_id = the_case AND d.kind = 'window' AND d.state = 'running';

    INSERT INTO inbox (id, institution_id, case_id, actor_person, on_behalf_of, roles, departments, type, body, body_hash,
                       idempotency_key, received_at, timely, trace_id)
    VALUES ((p->>'id')::uuid, institution, the_case, actor, (p->>'onBehalfOf')::uuid, text_array(p->'roles'),
            text_array(p->'departments'), p->>'type', p->'body', hashes[1], p->>'idempotencyKey', now_is, windows, p->>'traceId')
    ON CONFLICT (institution_id, actor_person, idempotency_key) DO NOTHING
    RETURNING * INTO row;

    IF FOUND THEN
      INSERT INTO sealed_value (id, institution_id, subject_kind, subject_id, digest, nonce, ciphertext)
      SELECT s.id, institution, s."subjectKind", s."subjectId", s.digest, decode(s.nonce, 'base64'), decode(s.ciphertext, 'base64')
        FROM jsonb_to_recordset(coalesce(p->'sealed', '[]'))
          AS s(id uuid, "subjectKind" text, "subjectId" uuid, digest text, nonce text, ciphertext text);
      PERFORM pg_notify('inbox', row.id::text);
      RETURN jsonb_build_object('outcome', 'received', 'act', inbox_json(row));
    END IF;

    -- Another session was first with this key; it has committed, since the insert waited for it.
    SELECT * INTO row FROM inbox
     WHERE institution_id = institution AND actor_person = actor AND idempotency_key = p->>'idempotencyKey';
  END IF;

  IF row.case_id <> the_case OR row.type <> p->>'type' OR row.body_hash <> ALL (hashes) THEN
    RETURN jsonb_build_object('outcome', 'conflict');
  END IF;
  RETURN jsonb_build_object('outcome', 'repeated', 'act', inbox_json(row));
END $$;

-- Leases the oldest unanswered act of each case, oldest first. Only a case's oldest row is ever a candidate, so that
-- one leased row holds back the rest of its case. Conditions stand on the locked row itself: PostgreSQL checks them
-- again after it got the lock, and a row that another worker took meanwhile falls out.
CREATE FUNCTION claim_inbox(p_limit int, p_lease_seconds int, p_worker text) RETURNS SETOF jsonb LANGUAGE sql AS $$
  WITH oldest AS MATERIALIZED (
    SELECT DISTINCT ON (case_id) id FROM inbox WHERE answered_at IS NULL ORDER BY case_id, received_at, seq
  ), free AS MATERIALIZED (
    SELECT i.id FROM inbox i
     WHERE i.id IN (SELECT id FROM oldest) AND i.answered_at IS NULL AND (i.lease_until IS NULL OR i.lease_until <= clock_timestamp())
     ORDER BY i.received_at, i.seq
     LIMIT p_limit
     FOR NO KEY UPDATE OF i SKIP LOCKED
  ), leased AS (
    UPDATE inbox i SET lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds), leased_by = p_worker, attempts = attempts + 1
      FROM free WHERE i.id = free.id
    RETURNING inbox_json(i) AS act, i.case_id, i.received_at, i.seq
  )
  SELECT leased.act || jsonb_build_object('kind', c.kind, 'version', c.version, 'status', c.status)
    FROM leased JOIN cases c ON c.id = leased.case_id
   ORDER BY leased.received_at, leased.seq;
$$;

-- Gives a lease back after a failed delivery; the case waits as long. A lease that has passed to another stays theirs.
CREATE FUNCTION defer_inbox(p_act uuid, p_worker text, p_error text, p_seconds int) RETURNS boolean LANGUAGE sql AS $$
  WITH done AS (
    UPDATE inbox SET lease_until = clock_timestamp() + make_interval(secs => p_seconds), last_error = p_error
     WHERE id = p_act AND leased_by = p_worker AND answered_at IS NULL
    RETURNING 1
  ) SELECT EXISTS (SELECT 1 FROM done);
$$;

-- Answers an act that has no effect. The first answer stands, so the caller gets whichever it is.
CREATE FUNCTION answer_refused(p_act uuid, p_refusal jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  told jsonb;
BEGIN
  UPDATE inbox SET answered_at = service_clock(), answer = jsonb_build_object('outcome', 'refused', 'refusal', p_refusal),
                   lease_until = NULL, leased_by = NULL
   WHERE id = p_act AND answered_at IS NULL
  RETURNING answer INTO told;
  IF FOUND THEN
    PERFORM pg_notify('answered', p_act::text);
    RETURN told;
  END IF;
  SELECT answer INTO told FROM inbox WHERE id = p_act;
  RETURN told;
END $$;
