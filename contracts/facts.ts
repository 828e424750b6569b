/** Who reads what an act is decided by: the dispatcher at delivery, and a dry run. */
import type { Facts } from '../domain/process.ts';

/** For which act facts are wanted. `at` is its receipt, or the instant that a system act answers to. */
export interface FactQuery {
  caseId: string;
  institutionId: string;
  type: string;
  at: string;
  body: unknown;
}

export interface FactReader {
  read(query: FactQuery): Promise<Facts>;
}
