-- What stands still, and who looks for it.

CREATE TABLE "stalled" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "found_by" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "institution_id" UUID,
    "case_id" UUID,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "detail" JSONB NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "stalled_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "stalled_open_key" ON "stalled"("cause", "key") WHERE (gone_at IS NULL);
CREATE INDEX "stalled_institution_id_since_id_idx" ON "stalled"("institution_id", "since", "id");
CREATE INDEX "stalled_case_id_idx" ON "stalled"("case_id");

-- Each check's last rounds: a list of findings is worth as much as the look that it rests on.
CREATE TABLE "stalled_check" (
    "name" TEXT NOT NULL,
    "every_seconds" INTEGER NOT NULL,
    "ran_at" TIMESTAMPTZ(3) NOT NULL,
    "ok_at" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "stalled_check_pkey" PRIMARY KEY ("name")
);

-- Workers that are there, by what they say of themselves every few seconds.
CREATE TABLE "worker_presence" (
    "identity" TEXT NOT NULL,
    "build_id" TEXT NOT NULL,
    "polls" BOOLEAN NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_presence_pkey" PRIMARY KEY ("identity")
);

-- Everything that a check has found now, against what it had found before: new rows are opened, what is found no more is
-- gone. A finding that did not change is not written, so that a list that stands still costs nothing.
CREATE FUNCTION compare_stalled(p_check text, p_found jsonb) RETURNS jsonb LANGUAGE sql AS $$
  WITH clock AS (SELECT date_trunc('milliseconds', clock_timestamp()) AS now), found AS MATERIALIZED (
    -- Where nothing tells since when, it is since it was found.
    SELECT DISTINCT ON (f.cause, f.key) f.cause, f.key, f."institutionId" AS institution_id, f."caseId" AS case_id,
           coalesce(f.since, o.since, clock.now) AS since, coalesce(f.detail, '{}') AS detail
      FROM clock, jsonb_to_recordset(p_found) AS f(cause text, key text, "institutionId" uuid, "caseId" uuid, since timestamptz, detail jsonb)
      LEFT JOIN stalled o ON o.cause = f.cause AND o.key = f.key AND o.gone_at IS NULL
     ORDER BY f.cause, f.key, f.since
  ), went AS (
    UPDATE stalled s SET gone_at = clock.now FROM clock
     WHERE s.found_by = p_check AND s.gone_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM found f WHERE f.cause = s.cause AND f.key = s.key)
    RETURNING 1
  ), written AS (
    INSERT INTO stalled AS s (found_by, cause, key, institution_id, case_id, since, detail, found_at)
    SELECT p_check, f.cause, f.key, f.institution_id, f.case_id, f.since, f.detail, clock.now FROM found f, clock
    ON CONFLICT (cause, key) WHERE gone_at IS NULL DO UPDATE SET since = excluded.since, detail = excluded.detail
      WHERE s.since IS DISTINCT FROM excluded.since OR s.detail IS DISTINCT FROM excluded.detail
    RETURNING xmax = 0 AS opened
  )
  SELECT jsonb_build_object('opened', (SELECT count(*) FROM written WHERE opened), 'gone', (SELECT count(*) FROM went));
$$;

-- Causes that can be seen in the database alone, in one place. An unanswered act and a message get half a minute
-- before they count, which with a round every fifteen seconds finds them within a minute.
CREATE FUNCTION stalled_in_database() RETURNS jsonb LANGUAGE sql AS $$
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
