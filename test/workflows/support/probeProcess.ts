/** The smallest process that uses everything the engine offers: marks to be counted, a window, objections to it. */
import type { DeadlineRow, Decision, Envelope, LedgerEvent, NewEvent, Process, Projection } from '../../../domain/process.ts';
import { refuse } from '../../../domain/refusal.ts';
import { dateOfInstant } from '../../../domain/time/index.ts';

export interface ProbeState {
  caseId: string;
  achievementId: string;
  step: 'draft' | 'marking' | 'window' | 'done';
  marks: number[];
  window?: { endsAt: string };
  objections: { inTime: boolean }[];
}

type Bodies = {
  sendForConsent: { achievementId: string; refuse?: boolean };
  mark: { n: number; claim?: boolean };
  openWindow: { endsAt: string };
  object: object;
  finish: object;
};

const event = (act: Envelope, type: string, data: unknown): NewEvent => ({ type, v: 1, effectiveAt: act.receivedAt, data });
const wrongStep = refuse('step.wrong', '当前环节不可办理', 'Not at this step', { status: 409 });
const WINDOW = 'window:probe';

function decide(state: ProbeState, act: Envelope): Decision {
  const say = (type: string, data: unknown = {}): Decision => ({ events: [event(act, type, data)] });
  switch (act.type) {
    case 'sendForConsent': {
      const body = act.body as Bodies['sendForConsent'];
      if (state.step !== 'draft') return wrongStep;
      if (body.refuse) return refuse('probe.refused', '不予受理', 'Refused as asked');
      return say('opened', { achievementId: body.achievementId });
    }
    case 'mark': {
      const { n, claim } = act.body as Bodies['mark'];
      if (state.step !== 'marking') return wrongStep;
      if (state.marks.includes(n)) return refuse('mark.twice', '重复', 'Marked before');
      const guards = claim ? [{ kind: 'soleClaim' as const, achievementId: state.achievementId }] : [];
      return { events: [event(act, 'marked', { n })], guards };
    }
    case 'explode':
      throw new TypeError('The decider has a bug');
    case 'openWindow':
      return state.step === 'marking' ? say('windowOpened', act.body) : wrongStep;
    case 'object':
      if (!state.window) return wrongStep;
      return say('objected', { inTime: act.timely[WINDOW] ?? false });
    case 'closeWindow':
      if (!state.window || state.step !== 'window') return wrongStep;
      return {
        events: [event(act, 'windowClosed', {})],
        guards: [{ kind: 'windowOver', key: WINDOW, endsAt: state.window.endsAt }],
      };
    case 'finish':
      return state.step === 'marking' ? say('finished') : wrongStep;
    default:
      return refuse('act.unknown', '无此办理动作', 'No such act');
  }
}

function evolve(state: ProbeState, { type, data }: LedgerEvent): ProbeState {
  switch (type) {
    case 'opened':
      return { ...state, step: 'marking', achievementId: (data as Bodies['sendForConsent']).achievementId };
    case 'marked':
      return { ...state, marks: [...state.marks, (data as { n: number }).n] };
    case 'windowOpened':
      return { ...state, step: 'window', window: data as Bodies['openWindow'] };
    case 'objected':
      return { ...state, objections: [...state.objections, data as { inTime: boolean }] };
    case 'windowClosed':
      return { ...state, step: 'marking' };
    case 'finished':
      return { ...state, step: 'done' };
    default:
      return state;
  }
}

function project(state: ProbeState): Projection {
  const deadlines: DeadlineRow[] = [];
  if (state.window) {
    const day = dateOfInstant(state.window.endsAt);
    deadlines.push({
      key: WINDOW,
      kind: 'window',
      startDate: day,
      lastDay: day,
      endsAt: state.window.endsAt,
      bound: 'atLeast',
      n: 1,
      unit: 'calendarDay',
      countsFirstDay: false,
      clause: 'test',
      phrase: 'test',
      calendarVersion: 'test',
      provisional: false,
      skipped: [],
      state: state.step === 'window' ? 'running' : 'closed',
    });
  }
  return {
    step: state.step,
    status: state.step === 'done' ? 'done' : 'open',
    mode: 'coOwnership',
    achievementId: state.achievementId,
    parties: [],
    tasks: [],
    deadlines,
    notices: [],
    objections: [],
    rights: [],
  };
}

/** The process itself. Its kind is the service's own, so that dispatcher and ids are tried as they are. */
export const probe: Process<ProbeState> = {
  kind: 'empowerment',
  initial: (caseId) => ({ caseId, achievementId: caseId, step: 'draft', marks: [], objections: [] }),
  decide,
  evolve,
  project,
  tell: () => [],
  nextWake: ({ step, window }) =>
    step === 'window' && window ? { at: window.endsAt, type: 'closeWindow', body: {} } : undefined,
  isOver: ({ step }) => step === 'done',
};
