/** Takes histories through a build of the workflow code, to see whether cases that live would go on under it. */
import type { DataConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

/** What Temporal holds of one run of a case. */
export interface KeptHistory {
  name: string;
  history: temporal.api.history.v1.IHistory;
}

export interface ReplayOptions {
  /** Code of a workflow bundle. */
  code: string;
  dataConverter: DataConverter;
  /** Stop at the first history that does not replay. */
  untilFault?: boolean;
}

/** What went wrong with each history that did not replay, by name; empty when all of them did. */
export async function replay(
  histories: Iterable<KeptHistory> | AsyncIterable<KeptHistory>,
  { code, dataConverter, untilFault = false }: ReplayOptions,
): Promise<Map<string, Error>> {
  const faults = new Map<string, Error>();
  async function* named(): AsyncGenerator<{ workflowId: string; history: KeptHistory['history'] }> {
    for await (const { name, history } of histories) yield { workflowId: name, history };
  }
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { code }, dataConverter }, named())) {
    if (!error) continue;
    faults.set(workflowId, error);
    if (untilFault) break;
  }
  return faults;
}
