-- Workflows that somebody has reason to look at: a worker that tries an activity again and again, the comparison of open
-- cases with running workflows. They stay until a look has found them well.
CREATE TABLE "engine_suspect" (
    "workflow_id" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "engine_suspect_pkey" PRIMARY KEY ("workflow_id")
);

-- Keys that a worker was asked for and does not have.
ALTER TABLE "worker_presence" ADD COLUMN "missing_keys" TEXT[] NOT NULL DEFAULT '{}';
