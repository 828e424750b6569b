/** How a case of a process other than empowerment is told to one caller: its own facts, and what every case has. */
import type { SomeState } from '../domain/index.ts';
import type { Caller } from './access.ts';
import { toldNumbersAlone, type CaseFacts, type Sight } from './caseAccess.ts';
import { deadlinesOf, mendingsFor, objectionsFor, tasksFor, type SomeRecord } from './caseRead.ts';
import { deadlinesShown, partiesShown } from './caseShown.ts';
import type { Deps } from './deps.ts';
import { offeredActs } from './offered.ts';
import { openAll } from './seal.ts';

/** What is told in its own place, or to some alone. */
const apart: ReadonlySet<string> = new Set([
  'caseId',
  'institutionId',
  'version',
  'step',
  'status',
  'number',
  'rules',
  'bodies',
  'mending',
  'raised',
  'notices',
  'objections',
]);

/** What the process itself keeps of the case. */
const ownFacts = (state: SomeState): Record<string, unknown> =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !apart.has(name)));

/** The case as the caller may see it. */
export async function processShown(deps: Deps, caller: Caller, facts: CaseFacts, sight: Sight, record: SomeRecord) {
  const { process, state, now } = record;
  const projection = process.project(state);
  const base = {
    id: facts.id,
    kind: process.kind,
    step: facts.step,
    status: facts.status,
    version: facts.version,
    ...(state.number === undefined ? {} : { number: state.number }),
    mode: projection.mode,
    myRoles: facts.roles,
    pending: facts.pending,
    allowedActs: await offeredActs(deps, caller, facts.roles, record),
    notices: [],
    now,
  };
  const objections = objectionsFor(caller, sight, state);
  if (sight.kind === 'objector') return { ...base, objections: await openAll(objections, deps.sealer) };
  const [parties, deadlines] = await Promise.all([
    partiesShown(deps, projection.parties),
    deadlinesShown(deps, deadlinesOf(record), now),
  ]);
  const mendings = mendingsFor(sight, toldNumbersAlone(caller, facts), state);
  const { rules, raised, mending } = state;
  const whole = {
    facts: ownFacts(state),
    ...(rules ? { rules: { hash: rules.hash, on: rules.on } } : {}),
    parties,
    next: { steps: [state.step], tasks: tasksFor(sight, projection.tasks) },
    deadlines,
    rights: projection.rights,
    objections,
    ...(raised ? { raised } : {}),
    ...(mending.hold ? { hold: mending.hold } : {}),
    ...(mendings.length > 0 ? { mendings } : {}),
  };
  return { ...base, ...(await openAll(whole, deps.sealer)) };
}
