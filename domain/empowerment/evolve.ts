import type { Assessment } from '../collective/index.ts';
import type { Application } from './acts.ts';
import { isMendingEvent, noMending } from '../mending/index.ts';
import { evolveObjections, isObjectionEvent } from '../objection/index.ts';
import type { Notice } from '../publicity/index.ts';
import { changeNotice, withDeadline } from './deadlines.ts';
import { deathsAfter, holdShare } from './deaths.ts';
import { evolveMended } from './mended.ts';
import type { EmpowermentEvent, EmpowermentEvents } from './events.ts';
import type { Amendment, EmpowermentState, TeamMember } from './state.ts';

function teamOf(inventors: { personId: string; ppm: number }[], before: TeamMember[], deceased: string[] = []): TeamMember[] {
  return inventors.map((inventor): TeamMember => {
    const known = before.find((member) => member.personId === inventor.personId);
    if (known) return { ...inventor, status: known.status, held: known.held };
    const dead = deceased.includes(inventor.personId);
    return { ...inventor, status: dead ? 'deceased' : 'active', held: dead };
  });
}

const samePeople = (a: { personId: string }[], b: { personId: string }[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => other.personId === one.personId));

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

/** The application with the amended terms; in a sale the team that buys is the new team, at the new price if it changed. */
function withTerms(before: Application, { inventors, unitPpm, incomeUnitPpm, priceFen }: Amendment): Application {
  const { price } = before;
  const buyerIds = inventors.map((i) => i.personId);
  const sale = price && { price: { intendedFen: priceFen ?? price.intendedFen, buyerIds } };
  return { ...before, inventors, unitPpm, incomeUnitPpm, ...sale };
}

/** Body members with those who sit now; whoever once could vote may read on, unless they must or did stand aside. */
const joined = (state: EmpowermentState, { eligible, barred }: Assessment, recused: string[] = []): string[] => {
  const aside = [...barred.map(({ personId }) => personId), ...recused];
  return eligible.reduce(add, state.bodyMembers).filter((personId) => !aside.includes(personId));
};

const add = (list: string[], item: string): string[] => (list.includes(item) ? list : [...list, item]);

/** Without the key; optional fields are absent, never undefined, so that a state compares as JSON. */
function without(state: EmpowermentState, ...keys: (keyof EmpowermentState)[]): EmpowermentState {
  const rest = { ...state };
  for (const key of keys) delete rest[key];
  return rest;
}

/** The state after one recorded event; total over every event the ledger may hold. */
export function evolve(before: EmpowermentState, event: EmpowermentEvent): EmpowermentState {
  const state = { ...before, version: event.seq, deaths: deathsAfter(before, event) };
  if (isObjectionEvent(event)) {
    const heard = { ...state, objections: evolveObjections(state.objections, event) };
    // A proposal on the table did not know of this ground: it is drawn up anew.
    const amends = (event.type === 'objectionDecided' || event.type === 'reviewRecorded') && event.data.consequence === 'amend';
    return amends ? without(heard, 'amendment') : heard;
  }
  if (isMendingEvent(event)) return evolveMended(state, event);
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
      const team = teamOf(application.inventors, state.team);
      // A representative proposed to another team is no proposal to this one.
      const kept = samePeople(team, state.team) ? state : without(state, 'proposal');
      const amended = { ...kept, application, applicationVersion: version, team };
      // What a body approved were the terms before.
      return consentsFallAway ? { ...without(amended, 'approvedBy'), consents: [], declined: [], coOwnerConsents: [] } : amended;
    }
    case 'applicationSubmitted':
      return { ...state, submittedOn: event.data.on };
    case 'caseNumbered':
      return { ...state, number: event.data.number };
    case 'applicationLinked':
      return { ...state, linkedCases: [...new Set([...state.linkedCases, ...event.data.otherCaseIds])] };
    case 'linkNoted':
      return { ...state, linkedCases: add(state.linkedCases, event.data.otherCaseId) };
    case 'linkEnded':
      return { ...state, linkedCases: state.linkedCases.filter((id) => id !== event.data.otherCaseId) };
    case 'returnedForCorrection':
      return { ...state, returns: event.data.count, returnItems: event.data.items };
    case 'checkPassed':
      // What departments said of an earlier version does not stand for this one.
      return { ...state, returnItems: [], reviews: [] };
    case 'departmentReviewed':
      return {
        ...state,
        reviews: [...state.reviews.filter((r) => r.department !== event.data.department), event.data],
      };
    case 'stepEntered': {
      const { step, assessment, deadline } = event.data;
      const entered = {
        ...without(state, 'assessment', 'stepTime'),
        step,
        stepSince: event.effectiveAt,
        ...(deadline ? { stepTime: deadline } : {}),
        ...(assessment ? { assessment, bodyMembers: joined(state, assessment) } : {}),
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
      return {
        ...state,
        assessment,
        bodyMembers: joined(state, assessment),
        substitutes: { ...state.substitutes, [body]: [...others, { for: member, personId }] },
      };
    }
    case 'decisionRecorded': {
      const { assessment, tally: _, ...minutes } = event.data;
      const decided = {
        ...state,
        bodyMembers: joined(
          state,
          assessment,
          minutes.recusals.map(({ personId }) => personId),
        ),
        decisions: [...state.decisions, { ...minutes, at: event.effectiveAt }],
      };
      return minutes.outcome === 'approved' ? { ...decided, approvedBy: minutes.body } : decided;
    }
    case 'noticePublished': {
      const { supersedes } = event.data;
      const kept = state.notices.map((n): Notice =>
        n.id === supersedes && n.state !== 'takenDown'
          ? {
              ...n,
              state: 'superseded',
              deadline: { ...n.deadline, state: n.deadline.state === 'running' ? 'cancelled' : n.deadline.state },
            }
          : n,
      );
      // The record lets only the sole live case of an achievement publish: whatever this one was linked to is over.
      return { ...state, notices: [...kept, noticeOf(event.data, event.effectiveAt)], linkedCases: [] };
    }
    case 'publicityGapRecorded': {
      const { noticeId, days, lengthened, insufficient } = event.data;
      return changeNotice(state, noticeId, (notice) => ({
        ...notice,
        gapDays: [...notice.gapDays, ...days],
        ...(insufficient ? { insufficient } : {}),
        ...(lengthened
          ? {
              deadline: lengthened,
              addenda: [
                ...notice.addenda,
                {
                  on: event.effectiveAt,
                  lastDay: lengthened.lastDay,
                  endsAt: lengthened.endsAt,
                  reason: `gap:${days.join(',')}`,
                },
              ],
            }
          : {}),
      }));
    }
    case 'deadlineRecounted': {
      const { noticeId, deadline } = event.data;
      if (noticeId === undefined) return withDeadline(state, deadline);
      const addendum = {
        on: event.effectiveAt,
        lastDay: deadline.lastDay,
        endsAt: deadline.endsAt,
        reason: `calendar:${deadline.calendarVersion}`,
      };
      // A count that only became certain moves no end and needs no addendum.
      return changeNotice(state, noticeId, (notice) => ({
        ...notice,
        deadline,
        addenda: deadline.endsAt === notice.deadline.endsAt ? notice.addenda : [...notice.addenda, addendum],
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
    case 'amendmentProposed': {
      const { deceased = [] } = event.data;
      return { ...state, amendment: { ...event.data, deceased, signed: [] }, amendments: event.data.version };
    }
    case 'amendmentSigned':
      return state.amendment
        ? { ...state, amendment: { ...state.amendment, signed: add(state.amendment.signed, event.data.personId) } }
        : state;
    case 'amendmentAdopted': {
      if (!state.amendment || !state.application) return state;
      const { inventors, deceased } = state.amendment;
      const settled = [
        ...new Set([...state.settled, ...state.objections.filter((o) => o.consequence === 'amend').map((o) => o.id)]),
      ];
      return {
        // Approval, statement and signatures were given to the terms before; a proposed representative, to the team before.
        ...without(state, 'amendment', 'approvedBy', 'statement', 'agreement', 'proposal'),
        application: withTerms(state.application, state.amendment),
        applicationVersion: state.applicationVersion + 1,
        team: teamOf(inventors, state.team, deceased),
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
      // Recorded again after an objection that came to light late: the later record takes the place of the earlier.
      return { ...state, rights: [...state.rights.filter((right) => right.key !== event.data.key), event.data] };
    case 'caseClosed':
      return closeCase(state, event.data.status, event.effectiveAt);
    case 'representativeProposed':
      return { ...state, proposal: { personId: event.data.personId, consents: [event.data.by] } };
    case 'representativeConsented':
      return state.proposal
        ? { ...state, proposal: { ...state.proposal, consents: add(state.proposal.consents, event.data.by) } }
        : state;
    case 'representativeChanged':
      return without(
        {
          ...state,
          representativeId: event.data.to,
          application: state.application && { ...state.application, representativeId: event.data.to },
        },
        'proposal',
      );
    case 'lifeEventRecorded': {
      const { personId, kind } = event.data;
      const team = state.team.map((m): TeamMember =>
        m.personId !== personId ? m : kind === 'died' ? { ...m, status: 'deceased', held: true } : { ...m, status: kind },
      );
      return kind === 'died' ? withoutTheDead({ ...state, team }, personId) : { ...state, team };
    }
    case 'heirsRecorded':
      return {
        ...state,
        team: state.team.map((m) => (m.personId === event.data.personId ? { ...m, held: false } : m)),
        rights: holdShare(state, event.data.personId, false),
      };
    case 'linkResolved': {
      const { outcome, otherCaseId, newAchievementId } = event.data;
      if (outcome !== 'split' || !state.application || newAchievementId === undefined)
        return { ...state, linkedCases: state.linkedCases.filter((id) => id !== otherCaseId) };
      // All links were to the achievement left behind.
      return { ...state, linkedCases: [], application: { ...state.application, achievementId: newAchievementId } };
    }
    case 'rulesRaised':
      return { ...state, raised: event.data };
    case 'rulesTransitioned':
      return underNewRules(state, event.data);
    case 'applicationRefused':
    case 'caseWithdrawn':
    case 'titleChanged':
    case 'ledgerTagged':
      return state;
  }
}

/** Nobody waits for the dead: they neither sign, nor consent, nor represent. What is theirs is held for the heirs. */
function withoutTheDead(state: EmpowermentState, personId: string): EmpowermentState {
  const kept = state.proposal?.personId === personId ? without(state, 'proposal') : state;
  const next = {
    ...kept,
    declined: state.declined.filter((id) => id !== personId),
    rights: holdShare(state, personId, true),
  };
  const { amendment } = state;
  if (!amendment) return next;
  const mustSign = amendment.mustSign.filter((id) => id !== personId);
  // An amendment that nobody alive has to sign is drawn up anew.
  if (mustSign.length === 0) return without(next, 'amendment');
  const joins = !state.team.some((m) => m.personId === personId) && amendment.inventors.some((i) => i.personId === personId);
  const deceased = joins ? add(amendment.deceased, personId) : amendment.deceased;
  return { ...next, amendment: { ...amendment, mustSign, deceased } };
}

/** Signatures not yet complete were given under the old rules; a new round replaces what is still on show. */
function underNewRules(state: EmpowermentState, data: EmpowermentEvents['rulesTransitioned']): EmpowermentState {
  const binds = state.agreement?.concludedOn !== undefined;
  const moved = { ...without(state, 'raised', ...(binds ? [] : (['agreement'] as const))), rules: data.rules, reviews: [] };
  if (!data.newNotice) return moved;
  const notices = state.notices.map((n): Notice =>
    n.state === 'open' ? { ...n, state: 'superseded', deadline: { ...n.deadline, state: 'cancelled' } } : n,
  );
  return { ...without(moved, 'statement'), notices, amendedParts: [], round: state.round + 1 };
}

/** Nothing runs on in a case that is over. */
function closeCase(state: EmpowermentState, status: 'done' | 'refused' | 'withdrawn' | 'merged', at: string): EmpowermentState {
  const notices = state.notices.map((n): Notice =>
    n.state === 'open' ? { ...n, state: 'takenDown', deadline: { ...n.deadline, state: 'cancelled' } } : n,
  );
  const objections = state.objections.map((o) => ({
    ...o,
    ...(o.handling?.state === 'running' ? { handling: { ...o.handling, state: 'cancelled' as const } } : {}),
    ...(o.reviewing?.state === 'running' ? { reviewing: { ...o.reviewing, state: 'cancelled' as const } } : {}),
    ...(o.review?.state === 'running' ? { review: { ...o.review, state: 'cancelled' as const } } : {}),
  }));
  const over = {
    ...without(state, 'assessment', 'amendment', 'proposal', 'reopenedFrom', 'raised', 'stepTime'),
    status,
    step: status,
    stepSince: at,
    notices,
    objections,
    mending: noMending(),
  };
  // Without a right there is nothing to hold for heirs; one recorded before a late objection was upheld falls with the case.
  return status === 'done' ? over : { ...over, rights: [], team: state.team.map((m) => ({ ...m, held: false })) };
}
