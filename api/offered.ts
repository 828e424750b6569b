/** Which acts a caller is offered: those that the table gives them at the step and that the case would not refuse in any case. */
import { actTable, openTo, type ActType } from '../domain/empowerment/index.ts';
import type { FactNeed } from '../domain/empowerment/table.ts';
import type { CaseRole, Facts } from '../domain/process.ts';
import { dateOfInstant } from '../domain/time/index.ts';
import type { Caller } from './access.ts';
import { standingsFor } from './caseAccess.ts';
import type { CaseRecord } from './caseRead.ts';
import type { Deps } from './deps.ts';

/** What of the facts can say, without an act's body, whether it is open. */
const telling: readonly FactNeed[] = ['relations', 'bodies', 'currentRules'];

/** The facts that the table promises the act, as the dispatcher would read them: no fewer, and no more. */
const given = (facts: Facts, act: ActType): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([need]) => actTable[act].needs.includes(need as never)));

/** Acts open to the caller, of their own or another's right, in the table's order. */
export async function offeredActs(
  deps: Deps,
  caller: Caller,
  caseRoles: readonly CaseRole[],
  { state, now }: Pick<CaseRecord, 'state' | 'now'>,
): Promise<ActType[]> {
  const acts = (Object.keys(actTable) as ActType[]).filter(
    (act) => actTable[act].steps.includes(state.step) && standingsFor(caller, caseRoles, act).length > 0,
  );
  const needs = telling.filter((need) => acts.some((act) => actTable[act].needs.includes(need)));
  const on = dateOfInstant(now);
  const facts = await deps.facts.readSome(needs, { institutionId: state.institutionId, caseId: state.caseId, on });
  return acts.filter((type) =>
    standingsFor(caller, caseRoles, type).some((standing) => {
      const actor = { kind: 'person' as const, personId: caller.personId, ...standing };
      return openTo(state, { type, actor, receivedAt: now, facts: given(facts, type) }) === undefined;
    }),
  );
}
