-- Writes many acts of the system down, each as `receive_act` would: one instant of receipt for all of them, behind the
-- locks of their cases. Answers how many were received. They bring neither files nor sealed words.
CREATE FUNCTION receive_system_acts(p jsonb) RETURNS int LANGUAGE sql AS $$
  WITH act AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(p) AS a(id uuid, "institutionId" uuid, "caseId" uuid, "actorPerson" uuid, type text,
                                             body jsonb, "bodyHashes" jsonb, "idempotencyKey" text)
  ), locked AS MATERIALIZED (
    SELECT c.id, c.institution_id FROM cases c WHERE c.id IN (SELECT "caseId" FROM act) ORDER BY c.id FOR KEY SHARE
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
