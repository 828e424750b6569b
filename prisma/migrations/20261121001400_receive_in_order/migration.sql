-- Receipts: those of one case one after the other, and many acts of the system at once.

-- Writes an act down, once. The instant of receipt is taken under a lock of the case row, which the next receipt of the
-- case waits for, as does whoever closes a window or records an act: who sees an act sees all that were received before it.
CREATE OR REPLACE FUNCTION receive_act(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  PERFORM 1 FROM cases WHERE id = the_case AND institution_id = institution FOR NO KEY UPDATE;
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

-- Writes many acts of the system down, each as `receive_act` would: one instant of receipt for all of them, behind the
-- locks of their cases. Answers how many were received. They bring neither files nor sealed words.
CREATE FUNCTION receive_system_acts(p jsonb) RETURNS int LANGUAGE sql AS $$
  WITH act AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(p) AS a(id uuid, "institutionId" uuid, "caseId" uuid, "actorPerson" uuid, type text,
                                             body jsonb, "bodyHashes" jsonb, "idempotencyKey" text)
  ), locked AS MATERIALIZED (
    SELECT c.id, c.institution_id FROM cases c WHERE c.id IN (SELECT "caseId" FROM act) ORDER BY c.id FOR NO KEY UPDATE
  ), clock AS MATERIALIZED (
    SELECT service_clock() AS at FROM (SELECT count(*) FROM locked) AS all_of_them
  ), shown AS MATERIALIZED (
    SELECT d.case_id, jsonb_object_agg(d.key, clock.at < d.ends_at) AS windows
      FROM deadline d CROSS JOIN clock
     WHERE d.case_id IN (SELECT id FROM locked) AND d.kind = 'window' AND d.state = 'running' GROUP BY d.case_id
  ), received AS (
    INSERT INTO inbox (id, institution_id, case_id, actor_person, roles, departments, type, body, body_hash, idempotency_key,
                       received_at, timely)
    SELECT act.id, act."institutionId", act."caseId", act."actorPerson", '{}', '{}', act.type, act.body, act."bodyHashes"->>0,
           act."idempotencyKey", clock.at, coalesce(shown.windows, '{}')
      FROM act JOIN locked ON locked.id = act."caseId" AND locked.institution_id = act."institutionId"
           CROSS JOIN clock LEFT JOIN shown ON shown.case_id = act."caseId"
     ORDER BY act."caseId", act.id
    ON CONFLICT (institution_id, actor_person, idempotency_key) DO NOTHING
    RETURNING 1
  ), told AS (
    SELECT count(*)::int AS n FROM received
  ) SELECT n FROM told, LATERAL (SELECT pg_notify('inbox', '') WHERE n > 0) AS notified
    UNION ALL SELECT 0 FROM told WHERE n = 0;
$$;
