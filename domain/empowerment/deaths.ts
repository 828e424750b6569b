/** Deaths on record: what the inventor was before, and what has been settled without them since, should they be alive. */
import type { PersonStatus } from '../process.ts';
import type { EmpowermentEvent } from './events.ts';
import type { EmpowermentState } from './state.ts';

/** What rests on a death: it would not stand, or not so, without the word of somebody who lives. */
export type Reliance = 'heirs' | 'consent' | 'representative' | 'amendment' | 'agreement' | 'handover';

export interface RecordedDeath {
  personId: string;
  was: PersonStatus;
  restsOnIt: Reliance[];
}

/** What the event settles without the person, if anything. */
function relies(before: EmpowermentState, event: EmpowermentEvent, personId: string): Reliance | undefined {
  const without = (asked: readonly string[] | undefined, what: Reliance): Reliance | undefined =>
    asked?.includes(personId) ? undefined : what;
  switch (event.type) {
    case 'heirsRecorded':
      return event.data.personId === personId ? 'heirs' : undefined;
    case 'applicationSubmitted':
      return without(before.consents, 'consent');
    case 'representativeChanged':
      return without(before.proposal?.consents, 'representative');
    case 'amendmentAdopted':
      return without(before.amendment?.signed, 'amendment');
    case 'agreementConcluded':
      return without(before.agreement?.signedBy, 'agreement');
    case 'titleChanged':
      return event.data.kind === 'handoverRecord' ? without(event.data.signedBy, 'handover') : undefined;
    default:
      return undefined;
  }
}

/** The deaths on record once the event is. */
export function deathsAfter(before: EmpowermentState, event: EmpowermentEvent): RecordedDeath[] {
  if (event.type === 'lifeEventRecorded' && event.data.kind === 'died') {
    const { personId } = event.data;
    const was = before.team.find((member) => member.personId === personId)?.status ?? 'active';
    return [...before.deaths, { personId, was, restsOnIt: [] }];
  }
  return before.deaths.map((death) => {
    const what = relies(before, event, death.personId);
    return what === undefined || death.restsOnIt.includes(what) ? death : { ...death, restsOnIt: [...death.restsOnIt, what] };
  });
}

/** The rights with the person's part held for heirs, or no longer. */
export function holdShare(state: EmpowermentState, personId: string, held: boolean): EmpowermentState['rights'] {
  return state.rights.map((right) => ({
    ...right,
    holders: right.holders.map((h) => (h.personId === personId ? { ...h, held } : h)),
  }));
}

/** The person is a member as before. An amendment on the table that concerns them did not ask them, so it is drawn up anew. */
export function alive(state: EmpowermentState, personId: string): EmpowermentState {
  const { amendment, ...rest } = state;
  const was = state.deaths.find((death) => death.personId === personId)?.was ?? 'active';
  const concerned = [...state.team, ...(amendment?.inventors ?? [])].some((one) => one.personId === personId);
  return {
    ...rest,
    ...(amendment && !concerned ? { amendment } : {}),
    team: state.team.map((m) => (m.personId === personId ? { ...m, status: was, held: false } : m)),
    rights: holdShare(state, personId, false),
    deaths: state.deaths.filter((death) => death.personId !== personId),
  };
}
