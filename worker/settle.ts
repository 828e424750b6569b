import type { CaseActivities, RecordRequest, RecordResult } from '../contracts/messages.ts';
import type { FactActivities, WorkflowActivities } from '../workflows/shared/durable.ts';
import { noMetrics, type WorkerMetrics } from './metrics.ts';

/** What a case's workflow calls, made of the record and the reading of facts. */
export function createWorkflowActivities(
  record: CaseActivities,
  facts: FactActivities,
  metrics: WorkerMetrics = noMetrics,
): WorkflowActivities {
  async function timed(request: RecordRequest): Promise<RecordResult> {
    const began = performance.now();
    let outcome: RecordResult['kind'] | 'failed' = 'failed';
    try {
      const result = await record.record(request);
      outcome = result.kind;
      return result;
    } finally {
      metrics.recorded(outcome, (performance.now() - began) / 1_000);
    }
  }
  return {
    loadCase: (input) => record.loadCase(input),
    loadFacts: (input) => facts.loadFacts(input),
    refuse: (input) => record.refuse(input),
    async settle(settlement) {
      if ('refusal' in settlement) return { kind: 'refused', refusal: settlement.refusal };
      const { request, moved } = settlement;
      const result = await timed(request);
      if (result.kind !== 'recorded') return result;
      const { appended, recordedAt, version } = result;
      const { actId, actor, expectedVersion, events } = request;
      const own = events.map((event, i) => ({ ...event, seq: expectedVersion + 1 + i, recordedAt, actId, actor }));
      return { kind: 'recorded', version, recordedAt, moved, rows: [...own, ...appended], appended: appended.length };
    },
  };
}
