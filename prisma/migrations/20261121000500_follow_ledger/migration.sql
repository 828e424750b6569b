-- Rows beside the case that follow from single events, in the event's own transaction.

-- An achievement carries the tags that its last case gave it, and counts its conversions.
CREATE FUNCTION tag_achievement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE achievement a SET attribute = NEW.data->>'attribute', stage = NEW.data->>'stage', conversion = NEW.data->>'conversion',
         conversion_count = a.conversion_count + CASE WHEN NEW.data->>'conversion' = 'converted' THEN 1 ELSE 0 END
    FROM cases c WHERE c.id = NEW.case_id AND a.id = c.achievement_id AND a.institution_id = NEW.institution_id;
  RETURN NULL;
END $$;

CREATE TRIGGER ledger_tags AFTER INSERT ON ledger FOR EACH ROW WHEN (NEW.type = 'ledgerTagged') EXECUTE FUNCTION tag_achievement();

-- A case that was moved to new rules is pinned to them from then on.
CREATE FUNCTION pin_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rule_snapshot (institution_id, hash, content)
  VALUES (NEW.institution_id, NEW.data->'rules'->>'hash', NEW.data->'rules') ON CONFLICT DO NOTHING;
  UPDATE cases SET snapshot_hash = NEW.data->'rules'->>'hash' WHERE id = NEW.case_id;
  RETURN NULL;
END $$;

CREATE TRIGGER ledger_transition AFTER INSERT ON ledger FOR EACH ROW WHEN (NEW.type = 'rulesTransitioned') EXECUTE FUNCTION pin_transition();

-- The record tells a later application of the earlier ones; a job tells the earlier ones, and all of them when it ends.
CREATE FUNCTION tell_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Most cases end without ever having been linked.
  PERFORM 1 FROM ledger WHERE case_id = NEW.case_id AND type IN ('applicationLinked', 'linkNoted');
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO job (id, institution_id, kind, input)
  VALUES (md5('noteLinks ' || NEW.case_id || ' ' || NEW.seq)::uuid, NEW.institution_id, 'noteLinks',
          jsonb_build_object('caseId', NEW.case_id, 'seq', NEW.seq, 'ended', NEW.type <> 'applicationLinked'))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER ledger_links AFTER INSERT ON ledger FOR EACH ROW
  WHEN (NEW.type IN ('applicationLinked', 'caseClosed') OR (NEW.type = 'linkResolved' AND NEW.data->>'outcome' = 'split'))
  EXECUTE FUNCTION tell_links();
