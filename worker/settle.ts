import type { CaseActivities, RecordRequest, RecordResult } from '../contracts/messages.ts';
import type { FactActivities, WorkflowActivities } from '../workflows/shared/durable.ts';
import type { Log } from './log.ts';
import { noMetrics, type WorkerMetrics } from './metrics.ts';

/** What a case's workflow calls, made of the record and the reading of facts. */
export function createWorkflowActivities(
  record: CaseActivities,
  facts: FactActivities,
  log: Log,
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
      const { actId, actor, expectedVersion, events, caseId, traceId } = request;
      log.debug({ traceId, actId, caseId, expectedVersion }, 'an act was decided');
      const result = await timed(request);
      const at = 'version' in result ? { version: result.version } : {};
      log.info({ traceId, actId, caseId, outcome: result.kind, expectedVersion, ...at }, 'an act was brought to the record');
      if (result.kind !== 'recorded') return result;
      const { appended, recordedAt, version } = result;
      const own = events.map((event, i) => ({ ...event, seq: expectedVersion + 1 + i, recordedAt, actId, actor }));
      return { kind: 'recorded', version, recordedAt, moved, rows: [...own, ...appended], appended: appended.length };
    },
  };
}
