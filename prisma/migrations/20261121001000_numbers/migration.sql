-- What `/metrics` counts, from indexes that hold only the rows that matter.
CREATE INDEX cases_open_idx ON cases (kind, step) WHERE status = 'open';
CREATE INDEX task_due_idx ON task (due) WHERE due IS NOT NULL;
