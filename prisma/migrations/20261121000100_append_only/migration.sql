-- What has been recorded stays: the tables below take INSERT only.

-- Hashes are made over UTF-8. A cluster initialised without a locale stores SQL_ASCII, where every Chinese text
-- would be bytes of unknown meaning; better no service than such a ledger.
DO $$
BEGIN
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'The database must be UTF8, not %', current_setting('server_encoding');
  END IF;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'FQ001';
END $$;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['ledger', 'log_leaf', 'checkpoint', 'audit'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
    EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
  END LOOP;
END $$;

-- What goes into a hashed header unquoted must need no quoting.
ALTER TABLE ledger
  ADD CONSTRAINT ledger_act_id_plain CHECK (act_id ~ '^[A-Za-z0-9._:/-]{1,200}$'),
  ADD CONSTRAINT ledger_seq_positive CHECK (seq > 0),
  ADD CONSTRAINT ledger_hash_alg_known CHECK (hash_alg = 'sha256');

-- Only one live number a case and no number twice is the table's business; that a version never falls is ours.
CREATE FUNCTION refuse_falling_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version < OLD.version THEN
    RAISE EXCEPTION 'Version of case % must not fall from % to %', OLD.id, OLD.version, NEW.version USING ERRCODE = 'FQ001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_rises BEFORE UPDATE OF version ON cases FOR EACH ROW EXECUTE FUNCTION refuse_falling_version();
