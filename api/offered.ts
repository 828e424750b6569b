/** Which acts a caller is offered: those that the table gives them at the step and that the case would not refuse in any case. */
import type { ActRow, FactNeed } from '../domain/casework/index.ts';
import type { CaseRole, Facts } from '../domain/process.ts';
import { dateOfInstant } from '../domain/time/index.ts';
import type { Caller } from './access.ts';
import { standingsFor } from './caseAccess.ts';
import type { SomeRecord } from './caseRead.ts';
import type { Deps } from './deps.ts';

/** What of the facts can say, without an act's body, whether it is open. */
const telling: readonly FactNeed[] = ['relations', 'bodies', 'currentRules', 'rightsOnFile', 'leave', 'posts', 'unreadDays'];

/** An act that can be done, with what it is called. */
export interface Offered {
  act: string;
  zh: string;
  en: string;
}

/** The facts that the table promises the act, as the dispatcher would read them: no fewer, and no more. */
const given = (facts: Facts, { needs }: ActRow): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([need]) => needs.includes(need as never)));

/** Acts open to the caller, of their own or another's right, in the table's order. */
export async function offeredActs(
  deps: Deps,
  caller: Caller,
  caseRoles: readonly CaseRole[],
  { process, state, now }: Pick<SomeRecord, 'process' | 'state' | 'now'>,
): Promise<Offered[]> {
  const acts = Object.entries(process.table)
    .filter(([, row]) => row.steps.includes(state.step))
    .map(([act, row]) => ({ act, row, standings: standingsFor(caller, caseRoles, act, row) }))
    .filter(({ standings }) => standings.length > 0);
  const needs = telling.filter((need) => acts.some(({ row }) => row.needs.includes(need)));
  const on = dateOfInstant(now);
  const facts = await deps.facts.readSome(needs, { institutionId: state.institutionId, caseId: state.caseId, on });
  const open = acts.filter(({ act: type, row, standings }) =>
    standings.some((standing) => {
      const actor = { kind: 'person' as const, personId: caller.personId, ...standing };
      return process.openTo(state, { type, actor, receivedAt: now, facts: given(facts, row) }) === undefined;
    }),
  );
  return open.map(({ act, row: { zh, en } }) => ({ act, zh, en }));
}
