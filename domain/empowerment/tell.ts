/** Who is told what. Applicants never learn who objected; nobody writes to the dead. */
import { isPending } from '../objection/index.ts';
import type { DeadlineRow, Message } from '../process.ts';
import type { EmpowermentEvent } from './events.ts';
import { bodyAt } from '../casework/bodies.ts';
import { living, type EmpowermentState } from './state.ts';

/** Every template a case can ask for; the worker has a text in Chinese and English for each. */
export const templates = [
  'consentAsked',
  'consentDeclined',
  'submitted',
  'returned',
  'departmentAsked',
  'decisionAsked',
  'deliberationAsked',
  'quorumLost',
  'decided',
  'refused',
  'noticeToPublish',
  'noticePublished',
  'noticeLengthened',
  'publicityGap',
  'noticeInsufficient',
  'windowClosed',
  'objectionReceived',
  'objectionLate',
  'objectionReceipt',
  'objectionToConfirm',
  'objectionAdmitted',
  'handlerNamed',
  'objectionReply',
  'objectionOutcome',
  'reviewAsked',
  'reviewReply',
  'amendmentAsked',
  'statementAsked',
  'agreementToSign',
  'agreementConcluded',
  'titleChangeAsked',
  'rightRecorded',
  'caseDone',
  'withdrawn',
  'representativeAsked',
  'representativeChanged',
  'linked',
  'linkEnded',
  'linkResolved',
  'shareHeld',
  'rulesPrevail',
  'mendingToConfirm',
  'mendingRefused',
  'caseHeld',
  'caseResumed',
  'deadlineMoved',
  'taskHandedOver',
  'taskTakenAway',
  'deathCorrected',
] as const;

export type Template = (typeof templates)[number];

type Values = Message['values'];

/** Messages that follow from one newly recorded event; `state` is the state after it. */
export function tell(state: EmpowermentState, event: EmpowermentEvent): Message[] {
  const dead = new Set([
    ...state.team.filter((m) => m.status === 'deceased').map((m) => m.personId),
    ...(state.amendment?.deceased ?? []),
  ]);
  return messagesOf(state, event).filter(({ to }) => !('personId' in to && dead.has(to.personId)));
}

function messagesOf(state: EmpowermentState, event: EmpowermentEvent): Message[] {
  const common: Values = {
    number: state.number ?? '',
    step: state.step,
    ...(state.application ? { title: state.application.title } : {}),
  };
  const team = (template: Template, values: Values = {}): Message[] =>
    living(state).map((m) => ({ template, to: { personId: m.personId }, values: { ...common, ...values } }));
  const role = (
    template: Template,
    to: 'officer' | 'secretary' | 'administrator' | 'supervisor' | 'signatory',
    values: Values = {},
  ): Message[] => [{ template, to: { role: to }, values: { ...common, ...values } }];
  const person = (template: Template, personId: string | undefined, values: Values = {}): Message[] =>
    personId === undefined ? [] : [{ template, to: { personId }, values: { ...common, ...values } }];
  const others = (template: Template, but: string): Message[] =>
    team(template).filter((m) => 'personId' in m.to && m.to.personId !== but);
  switch (event.type) {
    case 'caseOpened':
      return others('consentAsked', event.data.openedBy);
    case 'applicationAmended':
      return event.data.consentsFallAway ? others('consentAsked', state.representativeId) : [];
    case 'consentDeclined':
      return person('consentDeclined', state.representativeId);
    case 'caseNumbered':
      return [...team('submitted'), ...role('submitted', 'officer')];
    case 'applicationLinked':
      return [
        ...role('linked', 'officer', { others: event.data.otherCaseIds.length }),
        ...team('linked', { others: event.data.otherCaseIds.length }),
      ];
    case 'linkNoted':
      return [
        ...role('linked', 'officer', { others: state.linkedCases.length }),
        ...team('linked', { others: state.linkedCases.length }),
      ];
    case 'linkEnded':
      return [...role('linkEnded', 'officer'), ...team('linkEnded')];
    case 'returnedForCorrection':
      return person('returned', state.representativeId, { count: event.data.count, items: event.data.items.length });
    case 'stepEntered':
      return onStep();
    case 'substituteNamed':
      return person('deliberationAsked', event.data.personId, { body: event.data.body });
    case 'decisionRecorded':
      return team('decided', { body: event.data.body, outcome: event.data.outcome, minutesNumber: event.data.minutesNumber });
    case 'applicationRefused':
      return team('refused', { by: event.data.by, clause: event.data.clause ?? '' });
    case 'noticePublished': {
      const { kind, edition, deadline } = event.data;
      const shown = { kind, lastDay: deadline.lastDay, edition: event.data.supersedes === undefined ? '' : edition };
      return [...team('noticePublished', shown), ...role('noticePublished', 'supervisor', shown)];
    }
    case 'publicityGapRecorded':
      return onGap(event);
    case 'deadlineRecounted':
      if (event.data.noticeId === undefined) return [];
      // A count that only became certain moves no end: the last addendum is then not of this moment.
      if (!state.notices.some((n) => n.id === event.data.noticeId && n.addenda.at(-1)?.on === event.effectiveAt)) return [];
      return [
        ...team('noticeLengthened', { lastDay: event.data.deadline.lastDay }),
        ...role('noticeLengthened', 'officer', { lastDay: event.data.deadline.lastDay }),
      ];
    case 'windowClosed':
      return [...team('windowClosed'), ...role('windowClosed', 'officer')];
    case 'objectionReceived':
      if (event.data.onPaper) return role('objectionToConfirm', 'officer');
      return onReceipt(event.data.objectionId, event.data.inTime);
    case 'paperObjectionConfirmed':
      return onReceipt(event.data.objectionId, event.data.inTime);
    case 'objectionAdmitted':
      return [
        ...event.data.handlers.flatMap((h) => person('handlerNamed', h, { lastDay: event.data.handling.lastDay })),
        ...person('objectionAdmitted', objectorOf(event.data.objectionId), { lastDay: event.data.handling.lastDay }),
      ];
    case 'handlerRecused':
      return person('handlerNamed', event.data.replacement);
    case 'objectionRejected':
      return person('objectionReply', objectorOf(event.data.objectionId), {
        outcome: 'inadmissible',
        lastDay: event.data.review.lastDay,
        reply: event.data.explanation,
      });
    case 'objectionDecided':
      return [
        ...person('objectionReply', objectorOf(event.data.objectionId), {
          outcome: event.data.outcome,
          lastDay: event.data.review?.lastDay ?? '',
          reply: event.data.reply,
        }),
        ...team('objectionOutcome', { outcome: event.data.outcome, consequence: event.data.consequence }),
      ];
    case 'reviewRequested':
      return role('reviewAsked', 'officer');
    case 'reviewRecorded':
      return person('reviewReply', objectorOf(event.data.objectionId), { confirmed: event.data.confirmed ? 1 : 0 });
    case 'amendmentProposed':
      return event.data.mustSign.flatMap((id) => person('amendmentAsked', id, { version: event.data.version }));
    case 'agreementProposed':
      return [
        ...team('agreementToSign', { version: event.data.version }),
        ...role('agreementToSign', 'signatory', { version: event.data.version }),
      ];
    case 'agreementConcluded':
      return [
        ...team('agreementConcluded', { on: event.data.on }),
        ...role('agreementConcluded', 'officer', { on: event.data.on }),
      ];
    case 'rightRecorded':
      return team('rightRecorded', { kind: event.data.kind, startDate: event.data.startDate, lastDay: event.data.lastDay ?? '' });
    case 'linkResolved':
      return event.data.outcome === 'refused' ? [] : team('linkResolved', { outcome: event.data.outcome });
    case 'caseClosed':
      return event.data.status === 'done' ? team('caseDone') : [];
    case 'caseWithdrawn':
      return [...team('withdrawn'), ...role('withdrawn', 'officer')];
    case 'representativeProposed':
      return others('representativeAsked', event.data.by);
    case 'representativeChanged':
      return [...team('representativeChanged'), ...role('representativeChanged', 'officer')];
    case 'lifeEventRecorded':
      return event.data.kind === 'died' ? [...team('shareHeld'), ...role('shareHeld', 'officer')] : [];
    case 'rulesRaised':
      return [...role('rulesPrevail', 'secretary'), ...role('rulesPrevail', 'officer')];
    case 'mendingProposed':
      return role('mendingToConfirm', event.data.asked, { mend: event.data.mend.kind });
    case 'mendingRefused':
      return [
        ...role('mendingRefused', 'officer', { grounds: event.data.grounds }),
        ...role('mendingRefused', 'administrator', { grounds: event.data.grounds }),
      ];
    case 'holdBegun':
      return concerned('caseHeld', { reason: event.data.reason });
    case 'holdEnded':
      return [...concerned('caseResumed'), ...event.data.deadlines.flatMap(onMoved)];
    case 'deadlineMoved':
      return event.data.deadline.kind === 'window'
        ? [
            ...team('noticeLengthened', { lastDay: event.data.deadline.lastDay }),
            ...role('noticeLengthened', 'officer', { lastDay: event.data.deadline.lastDay }),
          ]
        : onMoved(event.data.deadline);
    case 'personReassigned':
      return [
        ...person('taskHandedOver', event.data.to, { act: event.data.act }),
        ...person('taskTakenAway', event.data.from, { act: event.data.act }),
      ];
    case 'deathCorrected':
      return [...team('deathCorrected'), ...role('deathCorrected', 'officer')];
    default:
      return [];
  }

  /** All whom a hold concerns: the team, the office, and whoever waits for an answer or has one to give. */
  function concerned(template: Template, values: Values = {}): Message[] {
    const open = state.objections.filter(isPending);
    const more = new Set([...open.flatMap((o) => o.handlers), ...open.flatMap((o) => o.objectorId ?? [])]);
    for (const { personId } of living(state)) more.delete(personId);
    return [
      ...team(template, values),
      ...role(template, 'officer', values),
      ...[...more].flatMap((personId) => person(template, personId, values)),
    ];
  }

  /** Whoever has until then to decide on an objection, and whoever waits for it. */
  function onMoved({ key, lastDay }: DeadlineRow): Message[] {
    const objection = state.objections.find((o) => [o.handling?.key, o.review?.key, o.reviewing?.key].includes(key));
    if (!objection) return [];
    const handles =
      objection.handling?.key === key ? objection.handlers.flatMap((h) => person('deadlineMoved', h, { lastDay })) : [];
    const office = objection.reviewing?.key === key ? role('deadlineMoved', 'officer', { lastDay }) : [];
    return [...handles, ...office, ...person('deadlineMoved', objection.objectorId, { lastDay })];
  }

  /** The office is told what the service found, and whatever is found once the window is over. */
  function onGap({ data, actor }: Extract<EmpowermentEvent, { type: 'publicityGapRecorded' }>): Message[] {
    const days = { days: data.days.join('、') };
    if (data.insufficient) return [...role('noticeInsufficient', 'officer', days), ...team('noticeInsufficient', days)];
    const over = state.notices.find(({ id }) => id === data.noticeId)?.state !== 'open';
    return [
      ...(data.lengthened ? team('noticeLengthened', { lastDay: data.lengthened.lastDay }) : []),
      ...(actor.kind === 'system' || over ? role('publicityGap', 'officer', days) : []),
    ];
  }

  /** Of a letter only once it is confirmed: when it came in is not certain before. Its writer may have no account. */
  function onReceipt(objectionId: string, inTime: boolean): Message[] {
    const objection = state.objections.find(({ id }) => id === objectionId);
    const values = { receivedAt: objection?.receivedAt ?? '', inTime: inTime ? 1 : 0 };
    return [
      ...person('objectionReceipt', objection?.objectorId, values),
      ...(inTime ? role('objectionReceived', 'officer') : role('objectionLate', 'supervisor')),
    ];
  }

  function objectorOf(objectionId: string): string | undefined {
    return state.objections.find((o) => o.id === objectionId)?.objectorId;
  }

  function onStep(): Message[] {
    switch (state.step) {
      case 'departmentReview':
        return (state.rules?.rules['review.departments']?.value.departments ?? []).map((department) => ({
          template: 'departmentAsked',
          to: { role: 'departmentReviewer', department },
          values: common,
        }));
      case 'groupDecision':
      case 'leadershipDecision':
        return [
          ...role('decisionAsked', 'secretary'),
          ...(state.assessment?.eligible ?? []).flatMap((id) =>
            person('deliberationAsked', id, { body: bodyAt(state.step) ?? '' }),
          ),
          ...(state.assessment && !state.assessment.enough
            ? role('quorumLost', 'administrator', { eligible: state.assessment.eligible.length, quorum: state.assessment.quorum })
            : []),
        ];
      case 'noticePreparation':
        return role('noticeToPublish', 'officer');
      case 'statement':
        return role('statementAsked', 'officer');
      case 'titleChange':
        return role('titleChangeAsked', 'officer');
      case 'amendment':
        return person('amendmentAsked', state.representativeId, { version: 0 });
      default:
        return [];
    }
  }
}
