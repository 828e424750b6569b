/** Who reads what an act is decided by: the dispatcher at delivery, a dry run, and the list of what can be done. */
import type { FactNeed } from '../domain/casework/table.ts';
import type { Facts } from '../domain/process.ts';

/** For which act facts are wanted. `at` is its receipt, or the instant that a system act answers to. */
export interface FactQuery {
  caseId: string;
  institutionId: string;
  /** The process of the case; the same name may ask for other facts in another. */
  kind: string;
  type: string;
  at: string;
  body: unknown;
}

/** For facts that are wanted by themselves, before there is an act, perhaps before there is a case. */
export interface SomeFacts {
  institutionId: string;
  caseId?: string;
  on: string;
}

export interface FactReader {
  read(query: FactQuery): Promise<Facts>;
  readSome(needs: readonly FactNeed[], query: SomeFacts): Promise<Facts>;
}
