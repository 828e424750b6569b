-- Leases of workers that are gone. Each worker holds a shared advisory lock, on the connections by which it listens, for
-- as long as it lives; PostgreSQL lets go of it the moment the connection ends, whatever ended it.

ALTER TABLE outbox ADD COLUMN leased_by text;

-- Called by a worker in a session that stands for it.
CREATE FUNCTION hold_presence(p_worker text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_lock_shared(4702612, hashtext(p_worker));
$$;

-- Those of the workers that hold their presence in no session.
CREATE FUNCTION gone_workers(p_workers text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT w FROM unnest(p_workers) AS w WHERE pg_try_advisory_xact_lock(4702612, hashtext(w));
$$;

-- Frees the acts that workers which are gone had leased, and answers how many. A worker that is only cut off may be taken
-- for gone: its act is then delivered twice, which is the same Update.
CREATE FUNCTION take_over_acts(p_worker text) RETURNS int LANGUAGE sql AS $$
  WITH holders AS MATERIALIZED (
    SELECT array_agg(DISTINCT leased_by) AS workers FROM inbox
     WHERE answered_at IS NULL AND lease_until > clock_timestamp() AND leased_by <> p_worker
  ), gone AS MATERIALIZED (
    SELECT gone_workers(workers) AS worker FROM holders
  ), freed AS (
    UPDATE inbox SET lease_until = NULL, leased_by = NULL
     WHERE answered_at IS NULL AND leased_by IN (SELECT worker FROM gone)
    RETURNING 1
  ) SELECT count(*)::int FROM freed;
$$;

-- The same for messages: one that was on its way is sent again under its own id.
CREATE FUNCTION take_over_messages(p_worker text) RETURNS int LANGUAGE sql AS $$
  WITH holders AS MATERIALIZED (
    SELECT array_agg(DISTINCT leased_by) AS workers FROM outbox
     WHERE delivered_at IS NULL AND lease_until > clock_timestamp() AND leased_by <> p_worker
  ), gone AS MATERIALIZED (
    SELECT gone_workers(workers) AS worker FROM holders
  ), freed AS (
    UPDATE outbox SET lease_until = NULL, leased_by = NULL
     WHERE delivered_at IS NULL AND leased_by IN (SELECT worker FROM gone)
    RETURNING 1
  ) SELECT count(*)::int FROM freed;
$$;
