/** The smallest process that needs the whole part: a guest stays for a term that a body grants, and leaves when it is over. */
import {
  close,
  decided,
  defineProcess,
  fact,
  happened,
  newCasework,
  open,
  type ActRow,
  type CaseworkState,
  type EventOf,
  type Opened,
} from '../../../domain/casework/index.ts';
import type { DeadlineRow, Envelope } from '../../../domain/process.ts';
import { deadlineBy } from '../../../domain/publicity/index.ts';
import { refuse } from '../../../domain/refusal.ts';
import { ruleOf } from '../../../domain/rules.ts';
import { dateOfInstant } from '../../../domain/time/index.ts';

export interface StayState extends CaseworkState {
  guest: string;
  term?: DeadlineRow;
}

interface Openings {
  ask: { guest: string };
}

interface Bodies {
  leave: Record<string, never>;
  endStay: Record<string, never>;
}

interface Events {
  stayAsked: { guest: string };
  stayGranted: { term: DeadlineRow };
}

const table: Record<keyof (Openings & Bodies), ActRow> = {
  ask: { roles: ['member'], steps: ['draft'], needs: ['pinnedRules', 'bodies', 'relations'], zh: '申请', en: 'ask' },
  leave: { roles: ['applicant'], steps: ['staying'], needs: [], zh: '离开', en: 'leave', waits: true },
  endStay: { roles: ['system'], steps: ['staying'], needs: [], zh: '期满', en: 'end the stay' },
};

/** As long as an objection may be handled: a rule of the institution's own, in working days. */
const termOf = (state: Opened<StayState>, act: Envelope): DeadlineRow => {
  const rule = ruleOf(state.rules, 'objection.handling');
  const start = dateOfInstant(act.receivedAt);
  return deadlineBy({ key: 'stay', kind: 'handling', start, duration: rule.value }, rule, fact(act, 'calendar'));
};

export const stay = defineProcess<StayState, Openings, Bodies, Events>({
  kind: 'stay',
  label: { zh: '驻留', en: 'a stay' },
  table,
  stepLabels: {
    draft: { zh: '草稿', en: 'the draft' },
    groupDecision: { zh: '审议', en: 'the leading group' },
    staying: { zh: '驻留', en: 'the stay' },
    done: { zh: '办结', en: 'its end' },
    refused: { zh: '不予', en: 'its refusal' },
  },
  live: ['groupDecision', 'staying'],
  initial: (caseId, institutionId) => ({ ...newCasework(caseId, institutionId), guest: '' }),
  openings: {
    ask: (_, act) =>
      act.body.guest === 'outsider'
        ? refuse('notAGuest', '不能驻留。', 'Outsiders do not stay.', { at: '/guest' })
        : decided([
            open(act),
            happened(act, 'stayAsked', { guest: act.body.guest }),
            happened(act, 'stepEntered', { step: 'groupDecision' }),
          ]),
  },
  deciders: {
    leave: (_, act) => decided([close(act, 'done', 'done')]),
    endStay: (state, act) =>
      decided([close(act, 'done', 'done')], [{ kind: 'windowOver', key: 'stay', endsAt: state.term?.endsAt ?? '' }]),
  },
  evolve: (state, event: EventOf<Events>) =>
    event.type === 'stayAsked' ? { ...state, guest: event.data.guest } : { ...state, term: event.data.term },
  project: ({ guest, step, stepSince }) => ({
    mode: 'stay',
    parties: [{ personId: guest, role: 'applicant' }],
    tasks: step === 'staying' ? [{ key: 'leave', act: 'leave', personId: guest, since: stepSince }] : [],
    notices: [],
    objections: [],
    rights: [],
  }),
  tell: () => [],
  about: () => ({}),
  concerned: ({ guest }) => [guest],
  nextWake: ({ step, term }) => (step === 'staying' && term ? { at: term.endsAt, type: 'endStay', body: {} } : undefined),
  recalls: ({ term, guest }) =>
    term ? [{ key: term.key, on: term.lastDay, daysBefore: [3, 1], template: 'taskDue', to: [{ personId: guest }] }] : [],
  rolesIn: ({ guest, bodies }, personId) => [
    ...(guest === personId ? (['applicant'] as const) : []),
    ...(bodies.members.includes(personId) ? (['bodyMember'] as const) : []),
  ],
  interests: ({ guest }) => ({ inventors: [guest], buyers: [], objectors: [] }),
  deadlines: ({ term }) => (term ? [term] : []),
  withDeadline: (state, row) => ({ ...state, term: row }),
  onDecision: (state, act) =>
    act.body.outcome === 'approved'
      ? [happened(act, 'stayGranted', { term: termOf(state, act) }), happened(act, 'stepEntered', { step: 'staying' })]
      : [close(act, 'refused', 'refused')],
});
