import { evolveObjections, isObjectionEvent } from '../objection/index.ts';
import type { Notice } from '../publicity/index.ts';
import type { EmpowermentEvent, EmpowermentEvents } from './events.ts';
import type { EmpowermentState, TeamMember } from './state.ts';

function teamOf(inventors: { personId: string; ppm: number }[], before: TeamMember[]): TeamMember[] {
  return inventors.map((inventor) => {
    const known = before.find((member) => member.personId === inventor.personId);
    return { ...inventor, status: known?.status ?? 'active', held: known?.held ?? false };
  });
}

const noticeOf = (data: EmpowermentEvents['noticePublished'], publishedAt: string): Notice => ({
  id: data.noticeId,
  kind: data.kind,
  edition: data.edition,
  round: data.round,
  content: data.content,
  contentDigest: data.contentDigest,
  place: data.place,
  audience: data.audience,
  publishedAt,
  deadline: data.deadline,
  state: 'open',
  addenda: [],
  gapDays: [],
});

const changeNotice = (state: EmpowermentState, id: string, change: (notice: Notice) => Notice): EmpowermentState => ({
  ...state,
  notices: state.notices.map((notice) => (notice.id === id ? change(notice) : notice)),
});

const add = (list: string[], item: string): string[] => (list.includes(item) ? list : [...list, item]);

/** Without the key; optional fields are absent, never undefined, so that a state compares as JSON. */
function without(state: EmpowermentState, ...keys: (keyof EmpowermentState)[]): EmpowermentState {
  const rest = { ...state };
  for (const key of keys) delete rest[key];
  return rest;
}

/** The state after one recorded event; total over every event the ledger may hold. */
export function evolve(before: EmpowermentState, event: EmpowermentEvent): EmpowermentState {
  const state = { ...before, version: event.seq };
  if (isObjectionEvent(event)) return { ...state, objections: evolveObjections(state.objections, event) };
  switch (event.type) {
    case 'caseOpened': {
      const { application, rules } = event.data;
      return {
        ...state,
        application,
        rules,
        applicationVersion: 1,
        team: teamOf(application.inventors, []),
        representativeId: application.representativeId,
      };
    }
    case 'consentGiven':
      return {
        ...state,
        consents: add(state.consents, event.data.personId),
        declined: state.declined.filter((p) => p !== event.data.personId),
      };
    case 'consentDeclined':
      return {
        ...state,
        declined: add(state.declined, event.data.personId),
        consents: state.consents.filter((p) => p !== event.data.personId),
      };
    case 'coOwnerConsented':
      return { ...state, coOwnerConsents: add(state.coOwnerConsents, event.data.coOwnerId) };
    case 'applicationAmended': {
      const { application, version, consentsFallAway } = event.data;
      const amended = { ...state, application, applicationVersion: version, team: teamOf(application.inventors, state.team) };
      return consentsFallAway ? { ...amended, consents: [], declined: [], coOwnerConsents: [] } : amended;
    }
    case 'applicationSubmitted':
      return { ...state, submittedOn: event.data.on };
    case 'caseNumbered':
      return { ...state, number: event.data.number };
    case 'applicationLinked':
      return { ...state, linkedCases: [...new Set([...state.linkedCases, ...event.data.otherCaseIds])] };
    case 'returnedForCorrection':
      return { ...state, returns: event.data.count, returnItems: event.data.items };
    case 'checkPassed':
      return { ...state, returnItems: [] };
    case 'departmentReviewed':
      return {
        ...state,
        reviews: [
          ...state.reviews.filter((r) => r.department !== event.data.department),
          { department: event.data.department, outcome: event.data.outcome },
        ],
      };
    case 'stepEntered': {
      const { step, assessment } = event.data;
      const entered = {
        ...without(state, 'assessment'),
        step,
        stepSince: event.recordedAt,
        ...(assessment ? { assessment } : {}),
      };
      // Back from an objection: whatever it was, the case is where it belongs again.
      return step === 'objectionHandling'
        ? state.step === 'publicity' || state.step === 'objectionHandling'
          ? entered
          : { ...entered, reopenedFrom: state.step }
        : without(entered, 'reopenedFrom');
    }
    case 'substituteNamed': {
      const { body, for: member, personId, assessment } = event.data;
      const others = state.substitutes[body].filter((s) => s.for !== member);
      return { ...state, assessment, substitutes: { ...state.substitutes, [body]: [...others, { for: member, personId }] } };
    }
    case 'decisionRecorded': {
      const { assessment: _, tally: __, ...minutes } = event.data;
      const decided = { ...state, decisions: [...state.decisions, { ...minutes, at: event.recordedAt }] };
      return minutes.outcome === 'approved' ? { ...decided, approvedBy: minutes.body } : decided;
    }
    case 'noticePublished': {
      const { supersedes } = event.data;
      const kept = state.notices.map((n): Notice =>
        n.id === supersedes
          ? {
              ...n,
              state: 'superseded',
              deadline: { ...n.deadline, state: n.deadline.state === 'running' ? 'cancelled' : n.deadline.state },
            }
          : n,
      );
      return { ...state, notices: [...kept, noticeOf(event.data, event.effectiveAt)] };
    }
    case 'publicityGapRecorded': {
      const { noticeId, days, lengthened } = event.data;
      return changeNotice(state, noticeId, (notice) => ({
        ...notice,
        gapDays: [...notice.gapDays, ...days],
        ...(lengthened
          ? {
              deadline: lengthened,
              addenda: [
                ...notice.addenda,
                { on: event.recordedAt, lastDay: lengthened.lastDay, endsAt: lengthened.endsAt, reason: `gap:${days.join(',')}` },
              ],
            }
          : {}),
      }));
    }
    case 'deadlineRecounted': {
      const { noticeId, deadline } = event.data;
      if (noticeId === undefined) return state;
      return changeNotice(state, noticeId, (notice) => ({
        ...notice,
        deadline,
        addenda: [
          ...notice.addenda,
          {
            on: event.recordedAt,
            lastDay: deadline.lastDay,
            endsAt: deadline.endsAt,
            reason: `calendar:${deadline.calendarVersion}`,
          },
        ],
      }));
    }
    case 'noticeTakenDown':
      return changeNotice(state, event.data.noticeId, (n) => ({
        ...n,
        state: 'takenDown',
        deadline: { ...n.deadline, state: 'cancelled' },
      }));
    case 'windowClosed':
      return changeNotice(state, event.data.noticeId, (n) => ({
        ...n,
        state: 'closed',
        deadline: { ...n.deadline, state: 'closed' },
      }));
    case 'amendmentProposed':
      return { ...state, amendment: { ...event.data, signed: [] }, amendments: event.data.version };
    case 'amendmentSigned':
      return state.amendment
        ? { ...state, amendment: { ...state.amendment, signed: add(state.amendment.signed, event.data.personId) } }
        : state;
    case 'amendmentAdopted': {
      if (!state.amendment || !state.application) return state;
      const { inventors, unitPpm, incomeUnitPpm } = state.amendment;
      const settled = [
        ...new Set([...state.settled, ...state.objections.filter((o) => o.consequence === 'amend').map((o) => o.id)]),
      ];
      return {
        ...without(state, 'amendment'),
        application: { ...state.application, inventors, unitPpm, incomeUnitPpm },
        applicationVersion: state.applicationVersion + 1,
        team: teamOf(inventors, state.team),
        round: state.round + 1,
        amendedParts: event.data.changed,
        settled,
      };
    }
    case 'resultStated':
      return { ...state, statement: event.data.document };
    case 'agreementProposed': {
      const { version, text } = event.data;
      return { ...state, agreement: { version, text, signedBy: [], unitSigned: false, coOwnersSigned: [] }, agreements: version };
    }
    case 'agreementSigned': {
      if (!state.agreement) return state;
      const { as, personId } = event.data;
      const agreement =
        as === 'unit'
          ? { ...state.agreement, unitSigned: true }
          : { ...state.agreement, signedBy: add(state.agreement.signedBy, personId) };
      return { ...state, agreement };
    }
    case 'coOwnerSigned':
      return state.agreement
        ? {
            ...state,
            agreement: { ...state.agreement, coOwnersSigned: add(state.agreement.coOwnersSigned, event.data.coOwnerId) },
          }
        : state;
    case 'agreementConcluded':
      return state.agreement ? { ...state, agreement: { ...state.agreement, concludedOn: event.data.on } } : state;
    case 'useRightGranted':
      return { ...state, term: event.data.term };
    case 'rightRecorded':
      return { ...state, rights: [...state.rights, event.data] };
    case 'caseClosed':
      return closeCase(state, event.data.status, event.recordedAt);
    case 'representativeProposed':
      return { ...state, proposal: { personId: event.data.personId, consents: [event.data.by] } };
    case 'representativeConsented':
      return state.proposal
        ? { ...state, proposal: { ...state.proposal, consents: add(state.proposal.consents, event.data.by) } }
        : state;
    case 'representativeChanged':
      return without({ ...state, representativeId: event.data.to }, 'proposal');
    case 'lifeEventRecorded': {
      const status = event.data.kind === 'died' ? 'deceased' : event.data.kind;
      return {
        ...state,
        team: state.team.map((m) => (m.personId === event.data.personId ? { ...m, status, held: status === 'deceased' } : m)),
        rights: holdShare(state, event.data.personId, status === 'deceased'),
      };
    }
    case 'heirsRecorded':
      return {
        ...state,
        team: state.team.map((m) => (m.personId === event.data.personId ? { ...m, held: false } : m)),
        rights: holdShare(state, event.data.personId, false),
      };
    case 'linkResolved': {
      const { otherCaseId, newAchievementId } = event.data;
      const linkedCases = state.linkedCases.filter((id) => id !== otherCaseId);
      const application =
        state.application && newAchievementId ? { ...state.application, achievementId: newAchievementId } : state.application;
      return { ...state, linkedCases, application };
    }
    case 'rulesRaised':
      return { ...state, raised: event.data };
    case 'rulesTransitioned':
      return without({ ...state, rules: event.data.rules, round: state.round + (event.data.newNotice ? 1 : 0) }, 'raised');
    case 'applicationRefused':
    case 'caseWithdrawn':
    case 'titleChanged':
    case 'ledgerTagged':
      return state;
  }
}

function holdShare(state: EmpowermentState, personId: string, held: boolean): EmpowermentState['rights'] {
  return state.rights.map((right) => ({
    ...right,
    holders: right.holders.map((h) => (h.personId === personId ? { ...h, held } : h)),
  }));
}

/** Nothing runs on in a case that is over. */
function closeCase(state: EmpowermentState, status: 'done' | 'refused' | 'withdrawn' | 'merged', at: string): EmpowermentState {
  const notices = state.notices.map((n): Notice =>
    n.state === 'open' ? { ...n, state: 'takenDown', deadline: { ...n.deadline, state: 'cancelled' } } : n,
  );
  const objections = state.objections.map((o) => ({
    ...o,
    ...(o.handling?.state === 'running' ? { handling: { ...o.handling, state: 'cancelled' as const } } : {}),
    ...(o.review?.state === 'running' ? { review: { ...o.review, state: 'cancelled' as const } } : {}),
  }));
  return { ...without(state, 'assessment', 'amendment', 'proposal'), status, step: status, stepSince: at, notices, objections };
}
