-- Repairs: each a row of a job, so that one and five hundred go the same way, a crash leaves a known place, and nothing is
-- done twice.

CREATE TABLE "repair_item" (
    "job_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "institution_id" UUID,
    "case_id" UUID,
    "finding_id" UUID,
    "kind" TEXT NOT NULL,
    "target" JSONB NOT NULL,
    "reason" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "outcome" JSONB,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "repair_item_pkey" PRIMARY KEY ("job_id", "n")
);

ALTER TABLE "repair_item" ADD CONSTRAINT "repair_item_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- An activity that calls itself not retryable ends, and the case begins it anew every minute: it never counts attempts.
ALTER TABLE "engine_suspect" ADD COLUMN "refused" JSONB, ADD COLUMN "refused_at" TIMESTAMPTZ(3);
