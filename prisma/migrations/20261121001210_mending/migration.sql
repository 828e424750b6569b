-- Mending a case: a hold, and deadlines whose end is no longer the rule's own.

-- Since when the case is on hold.
ALTER TABLE cases ADD COLUMN held_since TIMESTAMPTZ(3);

-- Who set a deadline (institution or law; older rows tell by their clause), and the holds and moves that its end rests
-- on beside the rule.
ALTER TABLE deadline ADD COLUMN source TEXT, ADD COLUMN adjustments JSONB;

-- As before, with the new columns.
CREATE OR REPLACE FUNCTION write_projection(p_institution uuid, p_case uuid, p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cases SET held_since = (p->>'heldSince')::timestamptz
   WHERE id = p_case AND held_since IS DISTINCT FROM (p->>'heldSince')::timestamptz;

  DELETE FROM case_party o WHERE o.case_id = p_case AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset(p->'parties') AS n("personId" uuid, role text) WHERE n."personId" = o.person_id AND n.role = o.role);
  INSERT INTO case_party (case_id, institution_id, person_id, role)
  SELECT p_case, p_institution, n."personId", n.role FROM jsonb_to_recordset(p->'parties') AS n("personId" uuid, role text)
  ON CONFLICT DO NOTHING;

  DELETE FROM task o WHERE o.case_id = p_case AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(p->'tasks') AS e(x) WHERE e.x->>'key' = o.key);
  INSERT INTO task AS o (case_id, institution_id, key, act, person_id, role, department, since, due, alert)
  SELECT p_case, p_institution, n.key, n.act, n."personId", n.role, n.department, n.since, n.due, n.alert
    FROM jsonb_to_recordset(p->'tasks')
      AS n(key text, act text, "personId" uuid, role text, department text, since timestamptz, due timestamptz, alert text)
  ON CONFLICT (case_id, key) DO UPDATE SET act = excluded.act, person_id = excluded.person_id, role = excluded.role,
    department = excluded.department, since = excluded.since, due = excluded.due, alert = excluded.alert
    WHERE (o.*) IS DISTINCT FROM (excluded.*);

  DELETE FROM deadline o WHERE o.case_id = p_case AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(p->'deadlines') AS e(x) WHERE e.x->>'key' = o.key);
  INSERT INTO deadline AS o (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day,
                             clause, phrase, reading, calendar_version, provisional, skipped, source, adjustments, state, moved_to)
  SELECT p_case, p_institution, n.key, n.kind, n."startDate", coalesce(m.last_day, n."lastDay"), coalesce(m.ends_at, n."endsAt"),
         n.bound, n.n, n.unit, n."countsFirstDay", n.clause, n.phrase, n.reading, coalesce(m.calendar_version, n."calendarVersion"),
         coalesce(m.provisional, n.provisional), coalesce(m.skipped, n.skipped), n.source, n.adjustments, n.state, m.moved_to
    FROM jsonb_to_recordset(p->'deadlines')
      AS n(key text, kind text, "startDate" date, "lastDay" date, "endsAt" timestamptz, bound text, n int, unit text,
           "countsFirstDay" boolean, clause text, phrase text, reading text, "calendarVersion" text, provisional boolean,
           skipped jsonb, source text, adjustments jsonb, state text)
    -- What an import made known stands until the case's ledger gives as late an end, or ends the deadline.
    LEFT JOIN deadline m ON m.case_id = p_case AND m.key = n.key AND m.moved_to IS NOT NULL
                        AND m.ends_at > n."endsAt" AND n.state = 'running'
  ON CONFLICT (case_id, key) DO UPDATE SET kind = excluded.kind, start_date = excluded.start_date, last_day = excluded.last_day,
    ends_at = excluded.ends_at, bound = excluded.bound, n = excluded.n, unit = excluded.unit,
    counts_first_day = excluded.counts_first_day, clause = excluded.clause, phrase = excluded.phrase, reading = excluded.reading,
    calendar_version = excluded.calendar_version, provisional = excluded.provisional, skipped = excluded.skipped, source = excluded.source,
    adjustments = excluded.adjustments, state = excluded.state, moved_to = excluded.moved_to
    WHERE (o.*) IS DISTINCT FROM (excluded.*);

  INSERT INTO notice AS o (id, case_id, institution_id, kind, edition, number, audience, published_at, deadline_key, content,
                           content_digest, state, addenda)
  SELECT n.id, p_case, p_institution, n.kind, n.edition, n.number, n.audience, n."publishedAt", n."deadlineKey", n.content,
         n."contentDigest", n.state, n.addenda
    FROM jsonb_to_recordset(p->'notices')
      AS n(id text, kind text, edition int, number text, audience text, "publishedAt" timestamptz, "deadlineKey" text,
           content jsonb, "contentDigest" text, state text, addenda jsonb)
  ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, edition = excluded.edition, number = excluded.number,
    audience = excluded.audience, published_at = excluded.published_at, deadline_key = excluded.deadline_key,
    content = excluded.content, content_digest = excluded.content_digest, state = excluded.state, addenda = excluded.addenda
    WHERE (o.*) IS DISTINCT FROM (excluded.*);

  INSERT INTO objection AS o (id, case_id, institution_id, notice_id, objector_id, received_at, in_time, on_paper, state, handlers)
  SELECT n.id, p_case, p_institution, n."noticeId", n."objectorId", n."receivedAt", n."inTime", n."onPaper", n.state,
         text_array(n.handlers)::uuid[]
    FROM jsonb_to_recordset(p->'objections')
      AS n(id text, "noticeId" text, "objectorId" uuid, "receivedAt" timestamptz, "inTime" boolean, "onPaper" boolean,
           state text, handlers jsonb)
  ON CONFLICT (id) DO UPDATE SET notice_id = excluded.notice_id, objector_id = excluded.objector_id,
    received_at = excluded.received_at, in_time = excluded.in_time, on_paper = excluded.on_paper, state = excluded.state,
    handlers = excluded.handlers
    WHERE (o.*) IS DISTINCT FROM (excluded.*);

  INSERT INTO case_right AS o (case_id, institution_id, key, kind, start_date, last_day, receipt, holders)
  SELECT p_case, p_institution, n.key, n.kind, n."startDate", n."lastDay", n.receipt, n.holders
    FROM jsonb_to_recordset(p->'rights')
      AS n(key text, kind text, "startDate" date, "lastDay" date, receipt jsonb, holders jsonb)
  ON CONFLICT (case_id, key) DO UPDATE SET kind = excluded.kind, start_date = excluded.start_date,
    last_day = excluded.last_day, receipt = excluded.receipt, holders = excluded.holders
    WHERE (o.*) IS DISTINCT FROM (excluded.*);
END $$;

-- The tables read back in the projection's own shape, for comparison with one computed anew.
CREATE OR REPLACE FUNCTION read_projection(p_case uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'step', c.step, 'status', c.status, 'mode', c.mode, 'achievementId', c.achievement_id, 'number', c.number,
    'heldSince', iso(c.held_since),
    'parties', (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', person_id, 'role', role)), '[]')
                  FROM case_party WHERE case_id = c.id),
    'tasks', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'act', act, 'personId', person_id, 'role', role,
                'department', department, 'since', iso(since), 'due', iso(due), 'alert', alert)), '[]')
                FROM task WHERE case_id = c.id),
    'deadlines', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'kind', kind, 'startDate', start_date, 'lastDay', last_day,
                    'endsAt', iso(ends_at), 'bound', bound, 'n', n, 'unit', unit, 'countsFirstDay', counts_first_day,
                    'clause', clause, 'phrase', phrase, 'reading', reading, 'calendarVersion', calendar_version,
                    'provisional', provisional, 'skipped', skipped, 'source', source, 'adjustments', adjustments,
                    'state', state)), '[]')
                    FROM deadline WHERE case_id = c.id),
    'notices', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'edition', edition, 'number', number,
                  'audience', audience, 'publishedAt', iso(published_at), 'deadlineKey', deadline_key, 'content', content,
                  'contentDigest', content_digest, 'state', state, 'addenda', addenda)), '[]')
                  FROM notice WHERE case_id = c.id),
    'objections', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'noticeId', notice_id, 'objectorId', objector_id,
                     'receivedAt', iso(received_at), 'inTime', in_time, 'onPaper', on_paper, 'state', state,
                     'handlers', to_jsonb(handlers))), '[]')
                     FROM objection WHERE case_id = c.id),
    'rights', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'kind', kind, 'startDate', start_date, 'lastDay', last_day,
                 'receipt', receipt, 'holders', holders)), '[]')
                 FROM case_right WHERE case_id = c.id)))
    FROM cases c WHERE c.id = p_case;
$$;
