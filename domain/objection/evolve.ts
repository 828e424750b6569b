import type { ObjectionEvents, Objection } from './types.ts';

type ObjectionEvent = {
  [T in keyof ObjectionEvents]: { type: T; effectiveAt: string; data: ObjectionEvents[T] };
}[keyof ObjectionEvents];

const names: Record<keyof ObjectionEvents, true> = {
  objectionReceived: true,
  paperObjectionConfirmed: true,
  objectionAdmitted: true,
  objectionRejected: true,
  handlerRecused: true,
  objectionDecided: true,
  objectionWithdrawn: true,
  reviewRequested: true,
  reviewWaived: true,
  reviewLapsed: true,
  reviewRecorded: true,
};

/** Whether an event belongs to this part. */
export function isObjectionEvent(event: { type: string; data: unknown }): event is ObjectionEvent {
  return Object.hasOwn(names, event.type);
}

const closed = <D extends { state: string } | undefined>(deadline: D): D =>
  deadline ? { ...deadline, state: 'closed' } : deadline;

function change(objection: Objection, event: Exclude<ObjectionEvent, { type: 'objectionReceived' }>): Objection {
  switch (event.type) {
    case 'paperObjectionConfirmed':
      return { ...objection, inTime: event.data.inTime, state: event.data.inTime ? 'received' : 'late' };
    case 'objectionAdmitted':
      return {
        ...objection,
        state: 'admitted',
        handlers: event.data.handlers,
        handling: event.data.handling,
        admittedAt: event.effectiveAt,
      };
    case 'objectionRejected':
      return { ...objection, state: 'inadmissible', review: event.data.review };
    case 'handlerRecused':
      return { ...objection, handlers: objection.handlers.map((h) => (h === event.data.personId ? event.data.replacement : h)) };
    case 'objectionDecided': {
      const { outcome, findings, consequence, reply, review } = event.data;
      return {
        ...objection,
        state: outcome,
        findings,
        consequence,
        reply,
        ...(review ? { review } : {}),
        ...(objection.handling ? { handling: closed(objection.handling) } : {}),
      };
    }
    case 'objectionWithdrawn':
      return { ...objection, state: 'withdrawn', ...(objection.handling ? { handling: closed(objection.handling) } : {}) };
    case 'reviewRequested':
      return {
        ...objection,
        state: 'underReview',
        reviewed: true,
        reviewing: event.data.reviewing,
        ...(objection.review ? { review: closed(objection.review) } : {}),
      };
    case 'reviewWaived':
    case 'reviewLapsed':
      return { ...objection, ...(objection.review ? { review: closed(objection.review) } : {}) };
    case 'reviewRecorded': {
      const { confirmed, consequence } = event.data;
      const upheld = objection.findings.some((finding) => finding.upheld);
      const state = confirmed
        ? objection.findings.length === 0
          ? 'inadmissible'
          : upheld
            ? 'upheldInPart'
            : 'dismissed'
        : 'upheld';
      return {
        ...objection,
        state,
        consequence: confirmed ? objection.consequence : consequence,
        ...(objection.reviewing ? { reviewing: closed(objection.reviewing) } : {}),
      };
    }
  }
}

/** The objections after one event of this part. */
export function evolveObjections(objections: Objection[], event: ObjectionEvent): Objection[] {
  if (event.type === 'objectionReceived') {
    const { objectionId, ...rest } = event.data;
    const state = rest.onPaper ? 'unconfirmed' : rest.inTime ? 'received' : 'late';
    return [...objections, { id: objectionId, ...rest, state, handlers: [], findings: [], consequence: 'none', reviewed: false }];
  }
  return objections.map((objection) => (objection.id === event.data.objectionId ? change(objection, event) : objection));
}

/** An objection that still holds the case: not decided, or its review may still come. A late one never holds it. */
export function isPending(objection: Objection): boolean {
  if (objection.state === 'unconfirmed') return objection.inTime;
  return ['received', 'admitted', 'underReview'].includes(objection.state) || objection.review?.state === 'running';
}
