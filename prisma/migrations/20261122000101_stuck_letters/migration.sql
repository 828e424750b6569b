-- A letter whose mail server hangs, or refuses slowly, is stuck after half a minute, so that it is listed within a minute:
-- two failures alone could take longer.
CREATE OR REPLACE FUNCTION stalled_in_database() RETURNS jsonb LANGUAGE sql AS $$
  WITH found AS (
    SELECT 'taskOverdue' AS cause, t.case_id || '/' || t.key AS key, t.institution_id, t.case_id, t.due AS since,
           jsonb_strip_nulls(jsonb_build_object('task', t.key, 'act', t.act, 'personId', t.person_id, 'role', t.role,
                                                'department', t.department)) AS detail
      FROM task t JOIN cases c ON c.id = t.case_id
     WHERE t.due IS NOT NULL AND t.due <= service_clock() AND c.status = 'open'
    UNION ALL
    SELECT 'deadlinePassed', d.case_id || '/' || d.key, d.institution_id, d.case_id, d.ends_at,
           jsonb_build_object('deadline', d.key, 'kind', d.kind)
      FROM deadline d JOIN cases c ON c.id = d.case_id
     WHERE d.state = 'running' AND d.kind IN ('window', 'review') AND d.ends_at <= service_clock() AND c.status = 'open'
    UNION ALL
    SELECT 'deadlinePassed', c.id || '/wake', c.institution_id, c.id, c.wakes_at, jsonb_build_object('deadline', 'wake', 'kind', c.wake_type)
      FROM cases c WHERE c.status = 'open' AND c.wakes_at <= service_clock()
    UNION ALL
    -- Only a case's oldest act is ever tried; those behind it wait for it.
    SELECT 'actUnanswered', i.case_id::text, i.institution_id, i.case_id, i.received_at,
           jsonb_strip_nulls(jsonb_build_object('actId', i.id, 'act', i.type, 'attempts', i.attempts, 'waiting', i.waiting, 'reason', i.last_error))
      FROM (SELECT DISTINCT ON (case_id) *, count(*) OVER (PARTITION BY case_id) AS waiting
              FROM inbox WHERE answered_at IS NULL ORDER BY case_id, received_at, seq) AS i
     WHERE i.received_at <= service_clock() - interval '30 seconds'
    UNION ALL
    -- One finding for each way out: a mail server that is down holds up thousands of letters.
    SELECT 'messageStuck', o.institution_id || '/' || o.channel, o.institution_id, NULL, min(o.created_at),
           jsonb_strip_nulls(jsonb_build_object('channel', o.channel, 'waiting', count(*), 'attempts', max(o.attempts),
             'reason', (array_agg(o.last_error ORDER BY o.created_at) FILTER (WHERE o.last_error IS NOT NULL))[1]))
      FROM outbox o
     WHERE o.delivered_at IS NULL
       AND ((o.last_error IS NOT NULL AND (o.attempts >= 2 OR o.created_at <= service_clock() - interval '30 seconds'))
            -- Being sent for half a minute: a lease is for 120 seconds.
            OR o.lease_until <= clock_timestamp() + interval '90 seconds'
            OR o.created_at <= service_clock() - interval '10 minutes')
     GROUP BY o.institution_id, o.channel
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('cause', cause, 'key', key, 'institutionId', institution_id, 'caseId', case_id,
                                               'since', iso(since), 'detail', detail)), '[]') FROM found;
$$;
