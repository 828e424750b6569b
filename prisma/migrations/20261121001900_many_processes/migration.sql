-- Processes beside empowerment: a case can open another, a case may be about no achievement, leave is taken under a guard,
-- and a case whose opening act was refused is over.

-- What time brings next to a case whose process says so: who sleeps past it is found by this.
ALTER TABLE cases ADD COLUMN wakes_at TIMESTAMPTZ(3), ADD COLUMN wake_type TEXT;
CREATE INDEX cases_wakes_idx ON cases (wakes_at) WHERE status = 'open' AND wakes_at IS NOT NULL;

CREATE OR REPLACE FUNCTION read_projection(p_case uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'step', c.step, 'status', c.status, 'mode', c.mode, 'achievementId', c.achievement_id, 'number', c.number,
    'wake', CASE WHEN c.wakes_at IS NULL THEN NULL ELSE jsonb_build_object('at', iso(c.wakes_at), 'type', c.wake_type) END,
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

-- Puts back what was computed anew from the ledger, if the ledger still ends where it was read to.
CREATE OR REPLACE FUNCTION rebuild_projection(p_case uuid, p_version int, p_head text, p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  c cases;
BEGIN
  SELECT * INTO c FROM cases WHERE id = p_case FOR UPDATE;
  PERFORM 1 FROM ledger WHERE case_id = p_case AND seq > p_version;
  IF c.id IS NULL OR FOUND THEN
    RETURN false;
  END IF;
  PERFORM write_projection(c.institution_id, p_case, p);
  UPDATE cases SET step = p->>'step', status = p->>'status', mode = p->>'mode', achievement_id = (p->>'achievementId')::uuid,
                   number = p->>'number', version = p_version, head_hash = p_head, held_since = (p->>'heldSince')::timestamptz,
                   wakes_at = (p->'wake'->>'at')::timestamptz, wake_type = p->'wake'->>'type'
   WHERE id = p_case;
  RETURN true;
END $$;

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
       AND ((o.attempts >= 2 AND o.last_error IS NOT NULL) OR o.created_at <= service_clock() - interval '10 minutes')
     GROUP BY o.institution_id, o.channel
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('cause', cause, 'key', key, 'institutionId', institution_id, 'caseId', case_id,
                                               'since', iso(since), 'detail', detail)), '[]') FROM found;
$$;

-- Opens a case by an act of the system. Case and act have ids that follow from the opening case and the key.
CREATE FUNCTION open_case(c cases, item jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  hex constant text := sha256_hex(format(E'opened by\n%s\n%s\n%s', c.id, item->>'process', item->>'key'));
  opened constant uuid := overlay(overlay(left(hex, 32) PLACING '8' FROM 13) PLACING 'a' FROM 17)::uuid;
  act_hex constant text := sha256_hex(format(E'opening act\n%s\n%s', opened, item->'act'->>'type'));
  act constant uuid := overlay(overlay(left(act_hex, 32) PLACING '8' FROM 13) PLACING 'a' FROM 17)::uuid;
BEGIN
  INSERT INTO cases (id, institution_id, kind, mode, achievement_id, step, status, created_by)
  VALUES (opened, c.institution_id, item->>'process', item->>'process', c.achievement_id, 'draft', 'draft', (item->>'createdBy')::uuid)
  ON CONFLICT DO NOTHING;
  PERFORM receive_system_acts(jsonb_build_array(jsonb_build_object('id', act, 'institutionId', c.institution_id, 'caseId', opened,
    'actorPerson', '00000000-0000-0000-0000-000000000000', 'type', item->'act'->>'type', 'body', item->'act'->'body',
    'bodyHashes', jsonb_build_array(sha256_hex((item->'act')::text)), 'idempotencyKey', act)));
END $$;

-- Until there is a process in which leave is taken, nothing can overdraw an account.
CREATE FUNCTION spend_leave(c cases, item jsonb) RETURNS text LANGUAGE sql AS $$ SELECT NULL::text $$;

-- Answers an act that has no effect. The first answer stands, so the caller gets whichever it is. A case that was to begin
-- with the act is over before it began; an empowerment stays the draft that it was.
CREATE OR REPLACE FUNCTION answer_refused(p_act uuid, p_refusal jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  told jsonb;
  the_case uuid;
BEGIN
  UPDATE inbox SET answered_at = service_clock(), answer = jsonb_build_object('outcome', 'refused', 'refusal', p_refusal),
                   lease_until = NULL, leased_by = NULL
   WHERE id = p_act AND answered_at IS NULL
  RETURNING answer, case_id INTO told, the_case;
  IF FOUND THEN
    UPDATE cases c SET status = 'refused', step = 'refused', updated_at = service_clock()
     WHERE c.id = the_case AND c.status = 'draft' AND c.kind <> 'empowerment'
       AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.case_id = the_case AND i.answered_at IS NULL);
    PERFORM pg_notify('answered', p_act::text);
    RETURN told;
  END IF;
  SELECT answer INTO told FROM inbox WHERE id = p_act;
  RETURN told;
END $$;

CREATE OR REPLACE FUNCTION record_act(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  the_case constant uuid := p->>'caseId';
  act constant text := p->>'actId';
  expected constant int := p->>'expectedVersion';
  from_inbox constant boolean := p->>'fromInbox';
  actor constant text := p->>'actor';
  guards constant jsonb := p->'guards';
  window_end timestamptz;
  projected constant jsonb := p->'projection';
  c cases;
  receipt inbox;
  achievements uuid[];
  found_rows int;
  now_is timestamptz;
  last_seq int := expected;
  own_last int;
  head text;
  item jsonb;
  event_body text;
  others jsonb;
  numbered int;
  new_number text;
  recorded jsonb;
  refused text;
BEGIN
  SELECT * INTO c FROM cases WHERE id = the_case FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No case %', the_case USING ERRCODE = 'FQ002';
  END IF;

  -- A known act is told again what it did. An inbox row answered by a refusal must never gain an effect afterwards.
  SELECT coalesce(jsonb_agg(ledger_json(l) ORDER BY l.seq), '[]') INTO recorded
    FROM ledger l WHERE l.case_id = the_case AND l.act_id = act;
  IF from_inbox THEN
    SELECT * INTO receipt FROM inbox i WHERE i.id = act::uuid AND i.case_id = the_case;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'No inbox row % for case %', act, the_case USING ERRCODE = 'FQ002';
    END IF;
    IF recorded = '[]' AND receipt.answer->>'outcome' = 'refused' THEN
      RAISE EXCEPTION 'Act % has been refused', act USING ERRCODE = 'FQ003';
    END IF;
  END IF;
  IF recorded <> '[]' OR receipt.answered_at IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'known', 'version', c.version, 'events', recorded);
  END IF;
  IF c.version > expected THEN
    RETURN jsonb_build_object('kind', 'stale', 'version', c.version, 'events', ledger_rows(the_case, expected));
  ELSIF c.version < expected THEN
    RAISE EXCEPTION 'Case % stands at %, not yet at %', the_case, c.version, expected USING ERRCODE = 'FQ002';
  END IF;

  now_is := service_clock();

  -- Guards that may refuse come before the first write. Rows are locked in one order everywhere: achievements by id, then numbers.
  -- A window ends when its row says, since an imported calendar moves the row before the case hears of it.
  SELECT max(greatest((w->>'endsAt')::timestamptz, d.ends_at)) INTO window_end
    FROM jsonb_array_elements(guards->'windows') AS w LEFT JOIN deadline d ON d.case_id = the_case AND d.key = w->>'key';
  IF now_is < window_end THEN
    RETURN jsonb_build_object('kind', 'notYet', 'retryAt', iso(window_end));
  END IF;
  PERFORM 1 FROM inbox i
   WHERE i.case_id = the_case AND i.answered_at IS NULL AND i.received_at < window_end AND i.id::text <> act;
  IF FOUND THEN
    RETURN jsonb_build_object('kind', 'notYet', 'retryAt', iso(now_is + interval '2 seconds'));
  END IF;

  SELECT array_agg(DISTINCT a.id::uuid) INTO achievements
    FROM (SELECT x->>'achievementId' AS id FROM jsonb_array_elements(guards->'claims') AS x
          UNION ALL SELECT x FROM jsonb_array_elements_text(guards->'soleClaims') AS x) AS a;
  IF achievements IS NOT NULL THEN
    PERFORM 1 FROM achievement t WHERE t.institution_id = c.institution_id AND t.id = ANY (achievements) ORDER BY t.id FOR UPDATE;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    IF found_rows < cardinality(achievements) THEN
      RETURN jsonb_build_object('kind', 'refused', 'code', 'achievementUnknown');
    END IF;
    PERFORM 1 FROM achievement_claim a WHERE a.institution_id = c.institution_id AND a.case_id <> the_case
        AND a.released_at IS NULL AND a.achievement_id = ANY (text_array(guards->'soleClaims')::uuid[]);
    IF FOUND THEN
      RETURN jsonb_build_object('kind', 'refused', 'code', 'achievementClaimed');
    END IF;
  END IF;

  FOR item IN SELECT jsonb_array_elements(guards->'leave') LOOP
    refused := spend_leave(c, item);
    IF refused IS NOT NULL THEN
      RETURN jsonb_build_object('kind', 'refused', 'code', refused);
    END IF;
  END LOOP;

  head := c.head_hash;
  FOR event_body IN SELECT jsonb_array_elements_text(p->'events') LOOP
    last_seq := last_seq + 1;
    head := append_ledger(c, last_seq, now_is, act, head, event_body);
  END LOOP;
  own_last := last_seq;

  UPDATE achievement_claim a SET released_at = now_is WHERE a.case_id = the_case AND a.released_at IS NULL
    AND a.achievement_id = ANY (text_array(guards->'releases')::uuid[]);

  FOR item IN SELECT jsonb_array_elements(guards->'claims') LOOP
    INSERT INTO achievement_claim AS a (institution_id, achievement_id, case_id, claimed_at)
    VALUES (c.institution_id, (item->>'achievementId')::uuid, the_case, now_is)
    ON CONFLICT (institution_id, achievement_id, case_id) DO UPDATE SET claimed_at = now_is, released_at = NULL
      WHERE a.released_at IS NOT NULL;
    -- Not found: claimed by this very case before, and linked then.
    IF FOUND THEN
      SELECT jsonb_agg(a.case_id ORDER BY a.claimed_at, a.case_id) INTO others FROM achievement_claim a
       WHERE a.institution_id = c.institution_id AND a.achievement_id = (item->>'achievementId')::uuid
         AND a.case_id <> the_case AND a.released_at IS NULL;
      IF others IS NOT NULL THEN
        last_seq := last_seq + 1;
        -- jsonb prints a blank after each comma, canonical JSON has none; UUIDs hold no blanks of their own.
        head := append_ledger(c, last_seq, now_is, act, head, guard_event(actor, 'applicationLinked', item->>'effectiveAt',
          format('{"achievementId":"%s","otherCaseIds":%s}', (item->>'achievementId')::uuid, replace(others::text, ' ', ''))));
      END IF;
    END IF;
  END LOOP;

  FOR item IN SELECT jsonb_array_elements(guards->'numbers') LOOP
    IF c.number IS NOT NULL OR new_number IS NOT NULL THEN
      RAISE EXCEPTION 'Case % has a number already', the_case USING ERRCODE = 'FQ002';
    END IF;
    INSERT INTO number_series AS s (institution_id, series, year, last)
    VALUES (c.institution_id, item->>'series', (item->>'year')::int, 1)
    ON CONFLICT (institution_id, series, year) DO UPDATE SET last = s.last + 1
    RETURNING s.last INTO numbered;
    new_number := format('%s〔%s〕%s号', item->>'series', item->>'year', numbered);
    last_seq := last_seq + 1;
    head := append_ledger(c, last_seq, now_is, act, head, guard_event(actor, 'caseNumbered', item->>'effectiveAt',
      format('{"number":%s,"seq":%s,"year":%s}', to_json(new_number), numbered, (item->>'year')::int)));
    UPDATE cases SET year = (item->>'year')::int, seq_no = numbered WHERE id = the_case;
  END LOOP;

  PERFORM write_projection(c.institution_id, the_case, projected);
  new_number := coalesce(new_number, c.number, projected->>'number');
  UPDATE cases SET step = projected->>'step', status = projected->>'status', mode = projected->>'mode',
    achievement_id = nullif(projected->>'achievementId', '')::uuid,
    wakes_at = (projected->'wake'->>'at')::timestamptz, wake_type = projected->'wake'->>'type', number = new_number, version = last_seq, head_hash = head, updated_at = now_is
   WHERE id = the_case;
  IF expected = 0 THEN
    DELETE FROM case_draft WHERE case_id = the_case;
  END IF;

  -- An act without events leaves nothing in the ledger to know it by; its messages carry its id instead of a sequence.
  INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values, created_at, next_at)
  SELECT format('%s:%s:%s', the_case, CASE WHEN own_last > expected THEN own_last::text ELSE act END, m.n - 1), c.institution_id,
         the_case, own_last, m.x->>'template', m.x->'to', m.x->'values', now_is, now_is
    FROM jsonb_array_elements(p->'messages') WITH ORDINALITY AS m(x, n)
  ON CONFLICT (id) DO NOTHING;
  IF FOUND THEN
    PERFORM pg_notify('outbox', '');
  END IF;

  FOR item IN SELECT jsonb_array_elements(guards->'openings') LOOP
    PERFORM open_case(c, item);
  END LOOP;

  IF from_inbox THEN
    UPDATE inbox SET answered_at = now_is, lease_until = NULL, leased_by = NULL, last_error = NULL,
      answer = jsonb_build_object('outcome', 'done', 'caseId', the_case, 'version', last_seq, 'step', projected->>'step',
        'recordedAt', iso(now_is), 'events',
        (SELECT coalesce(jsonb_agg(jsonb_build_object('seq', l.seq, 'type', l.type) ORDER BY l.seq), '[]')
           FROM ledger l WHERE l.case_id = the_case AND l.seq > expected))
        || CASE WHEN new_number IS NULL THEN '{}' ELSE jsonb_build_object('number', new_number) END
     WHERE id = act::uuid;
    PERFORM pg_notify('answered', act);
  END IF;

  RETURN jsonb_build_object('kind', 'recorded', 'version', last_seq, 'recordedAt', iso(now_is),
                            'appended', CASE WHEN last_seq > own_last THEN ledger_rows(the_case, own_last) ELSE '[]' END);
END $$;
