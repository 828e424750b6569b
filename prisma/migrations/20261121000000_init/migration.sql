-- Made by `prisma migrate diff` from an empty database to schema.prisma; functions and triggers follow in the next migrations.
-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "institution" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "province" TEXT NOT NULL,
    "city" TEXT,
    "state_founded" BOOLEAN NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'Asia/Shanghai',

    CONSTRAINT "institution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "name" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "global_roles" TEXT[],
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "institution_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "roles" TEXT[],
    "departments" TEXT[],
    "from" DATE NOT NULL,
    "until" DATE,
    "ended" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("institution_id","person_id")
);

-- CreateTable
CREATE TABLE "delegation" (
    "id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "from_person" UUID NOT NULL,
    "to_person" UUID NOT NULL,
    "first_day" DATE NOT NULL,
    "last_day" DATE NOT NULL,
    "roles" TEXT[],
    "acts" TEXT[],
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "delegation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "body" (
    "institution_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "body_pkey" PRIMARY KEY ("institution_id","body")
);

-- CreateTable
CREATE TABLE "body_member" (
    "id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "department" TEXT,
    "substitute" BOOLEAN NOT NULL DEFAULT false,
    "substitute_for" UUID,
    "from" DATE NOT NULL,
    "until" DATE,

    CONSTRAINT "body_member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "relation" (
    "institution_id" UUID NOT NULL,
    "person_a" UUID NOT NULL,
    "person_b" UUID NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "relation_pkey" PRIMARY KEY ("institution_id","person_a","person_b","kind")
);

-- CreateTable
CREATE TABLE "achievement" (
    "id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "title" JSONB NOT NULL,
    "kind" TEXT NOT NULL,
    "number" TEXT,
    "protected_until" DATE,
    "attribute" TEXT,
    "stage" TEXT,
    "conversion" TEXT,
    "conversion_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "achievement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "overlay_version" (
    "institution_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "from_date" DATE NOT NULL,
    "content" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" UUID,

    CONSTRAINT "overlay_version_pkey" PRIMARY KEY ("institution_id","version")
);

-- CreateTable
CREATE TABLE "pack_version" (
    "id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "imported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pack_version_pkey" PRIMARY KEY ("id","version")
);

-- CreateTable
CREATE TABLE "calendar_version" (
    "version" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "imported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "imported_by" UUID,
    "note" TEXT,

    CONSTRAINT "calendar_version_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "rule_snapshot" (
    "institution_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rule_snapshot_pkey" PRIMARY KEY ("institution_id","hash")
);

-- CreateTable
CREATE TABLE "cases" (
    "id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "achievement_id" UUID,
    "number" TEXT,
    "year" INTEGER,
    "seq_no" INTEGER,
    "step" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "head_hash" TEXT NOT NULL DEFAULT '0000000000000000000000000000000000000000000000000000000000000000',
    "snapshot_hash" TEXT,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "case_draft" (
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "content" BYTEA NOT NULL,
    "etag" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "case_draft_pkey" PRIMARY KEY ("case_id")
);

-- CreateTable
CREATE TABLE "case_party" (
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "case_party_pkey" PRIMARY KEY ("case_id","person_id","role")
);

-- CreateTable
CREATE TABLE "task" (
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "person_id" UUID,
    "role" TEXT,
    "department" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "due" TIMESTAMPTZ(3),
    "alert" TEXT,

    CONSTRAINT "task_pkey" PRIMARY KEY ("case_id","key")
);

-- CreateTable
CREATE TABLE "deadline" (
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "start_date" DATE NOT NULL,
    "last_day" DATE NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "bound" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "unit" TEXT NOT NULL,
    "counts_first_day" BOOLEAN NOT NULL,
    "clause" TEXT NOT NULL,
    "phrase" TEXT NOT NULL,
    "reading" TEXT,
    "calendar_version" TEXT NOT NULL,
    "provisional" BOOLEAN NOT NULL,
    "skipped" JSONB NOT NULL,
    "state" TEXT NOT NULL,

    CONSTRAINT "deadline_pkey" PRIMARY KEY ("case_id","key")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" TEXT NOT NULL,
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "edition" INTEGER NOT NULL,
    "number" TEXT,
    "audience" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,
    "deadline_key" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "content_digest" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "addenda" JSONB NOT NULL,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice_read_check" (
    "notice_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "institution_id" UUID NOT NULL,
    "place" TEXT NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "digest" TEXT,

    CONSTRAINT "notice_read_check_pkey" PRIMARY KEY ("notice_id","day","checked_at")
);

-- CreateTable
CREATE TABLE "objection" (
    "id" TEXT NOT NULL,
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "notice_id" TEXT NOT NULL,
    "objector_id" UUID,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "in_time" BOOLEAN NOT NULL,
    "on_paper" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "handlers" UUID[],

    CONSTRAINT "objection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "case_right" (
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "start_date" DATE NOT NULL,
    "last_day" DATE,
    "receipt" JSONB NOT NULL,
    "holders" JSONB NOT NULL,

    CONSTRAINT "case_right_pkey" PRIMARY KEY ("case_id","key")
);

-- CreateTable
CREATE TABLE "achievement_claim" (
    "achievement_id" UUID NOT NULL,
    "case_id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "achievement_claim_pkey" PRIMARY KEY ("institution_id","achievement_id","case_id")
);

-- CreateTable
CREATE TABLE "number_series" (
    "institution_id" UUID NOT NULL,
    "series" TEXT NOT NULL,
    "year" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "number_series_pkey" PRIMARY KEY ("institution_id","series","year")
);

-- CreateTable
CREATE TABLE "inbox" (
    "id" UUID NOT NULL,
    "institution_id" UUID NOT NULL,
    "case_id" UUID NOT NULL,
    "actor_person" UUID NOT NULL,
    "on_behalf_of" UUID,
    "roles" TEXT[],
    "departments" TEXT[],
    "type" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "body_hash" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "timely" JSONB NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "leased_by" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "answered_at" TIMESTAMPTZ(3),
    "answer" JSONB,
    "trace_id" TEXT,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger" (
    "case_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "institution_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "v" INTEGER NOT NULL,
    "effective_at" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "act_id" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "data" JSONB NOT NULL,
    "body_digest" TEXT NOT NULL,
    "prev_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "hash_alg" TEXT NOT NULL DEFAULT 'sha256',

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("case_id","seq")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" TEXT NOT NULL,
    "institution_id" UUID NOT NULL,
    "case_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "template" TEXT NOT NULL,
    "recipient" JSONB NOT NULL,
    "values" JSONB NOT NULL,
    "channel" TEXT NOT NULL DEFAULT 'inbox',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" TEXT NOT NULL,
    "institution_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "case_id" UUID,
    "template" TEXT NOT NULL,
    "values" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document" (
    "institution_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "media_type" TEXT NOT NULL,
    "name" JSONB,
    "wrapped_key" BYTEA NOT NULL,
    "kek_id" TEXT NOT NULL,
    "uploaded_by" UUID NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "document_pkey" PRIMARY KEY ("institution_id","digest")
);

-- CreateTable
CREATE TABLE "sealed_value" (
    "id" UUID NOT NULL,
    "institution_id" UUID,
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "nonce" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_value_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subject_key" (
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "wrapped_key" BYTEA,
    "kek_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "subject_key_pkey" PRIMARY KEY ("subject_kind","subject_id")
);

-- CreateTable
CREATE TABLE "log_leaf" (
    "institution_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "case_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "head_hash" TEXT NOT NULL,

    CONSTRAINT "log_leaf_pkey" PRIMARY KEY ("institution_id","index")
);

-- CreateTable
CREATE TABLE "checkpoint" (
    "institution_id" UUID NOT NULL,
    "tree_size" INTEGER NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,
    "root_hash" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "note" TEXT NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("institution_id","tree_size","signed_at")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "institution_id" UUID,
    "actor_person" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "trace_id" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "institution_id" UUID,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "input" JSONB NOT NULL,
    "progress" JSONB,
    "result" JSONB,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "institution_code_key" ON "institution"("code");

-- CreateIndex
CREATE UNIQUE INDEX "person_external_id_key" ON "person"("external_id");

-- CreateIndex
CREATE INDEX "membership_person_id_idx" ON "membership"("person_id");

-- CreateIndex
CREATE INDEX "delegation_institution_id_to_person_last_day_idx" ON "delegation"("institution_id", "to_person", "last_day");

-- CreateIndex
CREATE INDEX "delegation_institution_id_from_person_idx" ON "delegation"("institution_id", "from_person");

-- CreateIndex
CREATE INDEX "body_member_institution_id_body_from_idx" ON "body_member"("institution_id", "body", "from");

-- CreateIndex
CREATE INDEX "body_member_institution_id_person_id_idx" ON "body_member"("institution_id", "person_id");

-- CreateIndex
CREATE INDEX "relation_institution_id_person_b_idx" ON "relation"("institution_id", "person_b");

-- CreateIndex
CREATE INDEX "achievement_institution_id_number_idx" ON "achievement"("institution_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "achievement_institution_id_id_key" ON "achievement"("institution_id", "id");

-- CreateIndex
CREATE INDEX "calendar_version_imported_at_idx" ON "calendar_version"("imported_at");

-- CreateIndex
CREATE INDEX "cases_institution_id_updated_at_id_idx" ON "cases"("institution_id", "updated_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "cases_institution_id_status_updated_at_id_idx" ON "cases"("institution_id", "status", "updated_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "cases_institution_id_step_updated_at_id_idx" ON "cases"("institution_id", "step", "updated_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "cases_institution_id_mode_updated_at_id_idx" ON "cases"("institution_id", "mode", "updated_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "cases_institution_id_achievement_id_idx" ON "cases"("institution_id", "achievement_id");

-- CreateIndex
CREATE UNIQUE INDEX "cases_institution_id_id_key" ON "cases"("institution_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "cases_institution_id_number_key" ON "cases"("institution_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "case_draft_institution_id_case_id_key" ON "case_draft"("institution_id", "case_id");

-- CreateIndex
CREATE INDEX "case_party_institution_id_person_id_idx" ON "case_party"("institution_id", "person_id");

-- CreateIndex
CREATE INDEX "task_institution_id_person_id_due_idx" ON "task"("institution_id", "person_id", "due");

-- CreateIndex
CREATE INDEX "task_institution_id_role_department_due_idx" ON "task"("institution_id", "role", "department", "due");

-- CreateIndex
CREATE INDEX "task_institution_id_alert_idx" ON "task"("institution_id", "alert") WHERE (alert IS NOT NULL);

-- CreateIndex
CREATE INDEX "deadline_institution_id_ends_at_idx" ON "deadline"("institution_id", "ends_at");

-- CreateIndex
CREATE INDEX "deadline_ends_at_idx" ON "deadline"("ends_at") WHERE (state = 'running');

-- CreateIndex
CREATE INDEX "notice_case_id_edition_idx" ON "notice"("case_id", "edition");

-- CreateIndex
CREATE INDEX "notice_institution_id_audience_state_published_at_id_idx" ON "notice"("institution_id", "audience", "state", "published_at" DESC, "id");

-- CreateIndex
CREATE INDEX "notice_read_check_institution_id_day_idx" ON "notice_read_check"("institution_id", "day");

-- CreateIndex
CREATE INDEX "objection_case_id_notice_id_idx" ON "objection"("case_id", "notice_id");

-- CreateIndex
CREATE INDEX "objection_institution_id_objector_id_idx" ON "objection"("institution_id", "objector_id");

-- CreateIndex
CREATE INDEX "case_right_institution_id_kind_last_day_idx" ON "case_right"("institution_id", "kind", "last_day");

-- CreateIndex
CREATE INDEX "achievement_claim_case_id_idx" ON "achievement_claim"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_seq_key" ON "inbox"("seq");

-- CreateIndex
CREATE INDEX "inbox_unanswered_idx" ON "inbox"("received_at", "seq") WHERE (answered_at IS NULL);

-- CreateIndex
CREATE INDEX "inbox_case_id_received_at_seq_idx" ON "inbox"("case_id", "received_at", "seq");

-- CreateIndex
CREATE INDEX "inbox_institution_id_answered_at_idx" ON "inbox"("institution_id", "answered_at");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_institution_id_actor_person_idempotency_key_key" ON "inbox"("institution_id", "actor_person", "idempotency_key");

-- CreateIndex
CREATE INDEX "ledger_case_id_act_id_idx" ON "ledger"("case_id", "act_id");

-- CreateIndex
CREATE INDEX "ledger_institution_id_case_id_seq_idx" ON "ledger"("institution_id", "case_id", "seq");

-- CreateIndex
CREATE INDEX "outbox_due_idx" ON "outbox"("next_at") WHERE (delivered_at IS NULL);

-- CreateIndex
CREATE INDEX "outbox_institution_id_case_id_idx" ON "outbox"("institution_id", "case_id");

-- CreateIndex
CREATE INDEX "message_institution_id_person_id_created_at_id_idx" ON "message"("institution_id", "person_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "message_unread_idx" ON "message"("person_id", "institution_id") WHERE (read_at IS NULL);

-- CreateIndex
CREATE INDEX "document_expiring_idx" ON "document"("expires_at") WHERE (expires_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "sealed_value_subject_kind_subject_id_idx" ON "sealed_value"("subject_kind", "subject_id");

-- CreateIndex
CREATE INDEX "subject_key_kek_id_idx" ON "subject_key"("kek_id");

-- CreateIndex
CREATE UNIQUE INDEX "log_leaf_case_id_version_key" ON "log_leaf"("case_id", "version");

-- CreateIndex
CREATE INDEX "checkpoint_institution_id_signed_at_idx" ON "checkpoint"("institution_id", "signed_at");

-- CreateIndex
CREATE INDEX "audit_institution_id_at_id_idx" ON "audit"("institution_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "job_institution_id_created_at_idx" ON "job"("institution_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "job_status_created_at_idx" ON "job"("status", "created_at");

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_institution_id_fkey" FOREIGN KEY ("institution_id") REFERENCES "institution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "body_member" ADD CONSTRAINT "body_member_institution_id_body_fkey" FOREIGN KEY ("institution_id", "body") REFERENCES "body"("institution_id", "body") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cases" ADD CONSTRAINT "cases_institution_id_fkey" FOREIGN KEY ("institution_id") REFERENCES "institution"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cases" ADD CONSTRAINT "cases_institution_id_snapshot_hash_fkey" FOREIGN KEY ("institution_id", "snapshot_hash") REFERENCES "rule_snapshot"("institution_id", "hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "case_draft" ADD CONSTRAINT "case_draft_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "case_party" ADD CONSTRAINT "case_party_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deadline" ADD CONSTRAINT "deadline_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notice" ADD CONSTRAINT "notice_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notice_read_check" ADD CONSTRAINT "notice_read_check_notice_id_fkey" FOREIGN KEY ("notice_id") REFERENCES "notice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "objection" ADD CONSTRAINT "objection_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "case_right" ADD CONSTRAINT "case_right_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "achievement_claim" ADD CONSTRAINT "achievement_claim_institution_id_achievement_id_fkey" FOREIGN KEY ("institution_id", "achievement_id") REFERENCES "achievement"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "achievement_claim" ADD CONSTRAINT "achievement_claim_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "inbox" ADD CONSTRAINT "inbox_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger" ADD CONSTRAINT "ledger_institution_id_case_id_fkey" FOREIGN KEY ("institution_id", "case_id") REFERENCES "cases"("institution_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
