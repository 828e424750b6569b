-- An act keeps the files it names from its receipt on. One that is refused lets them go again, unless another act keeps them:
-- else anybody could keep files for good, and past their share, by acts that come to nothing.
CREATE TABLE "document_use" (
    "institution_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "act_id" UUID NOT NULL,

    CONSTRAINT "document_use_pkey" PRIMARY KEY ("institution_id","digest","act_id")
);

CREATE FUNCTION named_documents(body jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT d #>> '{}' FROM jsonb_path_query(body, '$.**.document ? (@.type() == "string")') AS d;
$$;

CREATE FUNCTION keep_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO document_use SELECT NEW.institution_id, d, NEW.id FROM named_documents(NEW.body) AS d;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_documents AFTER INSERT ON inbox FOR EACH ROW
  WHEN (jsonb_path_exists(NEW.body, '$.**.document')) EXECUTE FUNCTION keep_documents();

CREATE FUNCTION let_documents_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  named constant text[] := ARRAY(SELECT d FROM named_documents(NEW.body) AS d ORDER BY d);
BEGIN
  -- Locked by one statement and looked at by the next: whoever names a file holds its row until that can be seen.
  PERFORM 1 FROM document WHERE institution_id = NEW.institution_id AND digest = ANY (named) ORDER BY digest FOR UPDATE;
  DELETE FROM document_use WHERE institution_id = NEW.institution_id AND digest = ANY (named) AND act_id = NEW.id;
  -- As long as a file waits that nobody has named yet: the act may be sent again, put right.
  UPDATE document d SET expires_at = service_clock() + interval '72 hours'
   WHERE d.institution_id = NEW.institution_id AND d.digest = ANY (named) AND d.expires_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM document_use u WHERE u.institution_id = d.institution_id AND u.digest = d.digest);
  RETURN NULL;
END $$;
CREATE TRIGGER let_documents_go AFTER UPDATE OF answer ON inbox FOR EACH ROW
  WHEN (OLD.answer IS NULL AND NEW.answer->>'outcome' = 'refused' AND jsonb_path_exists(NEW.body, '$.**.document'))
  EXECUTE FUNCTION let_documents_go();

-- What was received until now.
INSERT INTO document_use
SELECT i.institution_id, d, i.id FROM inbox i, named_documents(i.body) AS d
 WHERE i.answer IS NULL OR i.answer->>'outcome' <> 'refused';
UPDATE document d SET expires_at = service_clock() + interval '72 hours'
 WHERE d.expires_at IS NULL AND NOT EXISTS (
   SELECT 1 FROM document_use u WHERE u.institution_id = d.institution_id AND u.digest = d.digest);
