/** The part by itself, as any process may use it. */
import { describe, expect, it } from '@jest/globals';
import {
  evolveObjections,
  isObjectionEvent,
  isPending,
  receiveObjection,
  admit,
  type Matter,
  type Objection,
} from '../../../domain/objection/index.ts';
import type { Envelope } from '../../../domain/process.ts';
import { openWindow, windowKey, type Notice } from '../../../domain/publicity/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { rulesOf, sealed } from '../empowerment/world.ts';

const rules = rulesOf('hohhot-university', '2026-03-02');
const deadline = openWindow(
  'n1',
  '2026-03-02T02:00:00.000Z',
  { bound: 'atLeast', n: 15, unit: 'calendarDay' },
  { cite: { clause: 'nm-hei.8e', phrase: 'x' } },
  shippedCalendar,
);
const notice: Notice = {
  id: 'n1',
  kind: 'empowerment',
  edition: 1,
  round: 1,
  content: sealed('c'),
  contentDigest: 'd',
  place: 'p',
  audience: 'institution',
  publishedAt: '2026-03-02T02:00:00.000Z',
  deadline,
  state: 'open',
  addenda: [],
  gapDays: [],
};
const matter = (objections: Objection[] = [], change: Partial<Notice> = {}): Matter => ({
  objections,
  notices: [{ ...notice, ...change }],
  interests: { inventors: ['an'], buyers: [], objectors: [], relations: [] },
  rules,
  waiting: () => undefined,
});

const filed = { noticeId: 'n1', name: sealed('n'), contact: sealed('c'), grounds: [sealed('g')], evidence: [] };
function act<B>(body: B, personId: string, timely: Record<string, boolean> = {}): Envelope<string, B> {
  const actor = { kind: 'person' as const, personId, roles: [], departments: [] };
  return {
    actId: 'o1',
    type: 'x',
    receivedAt: '2026-03-10T02:00:00.000Z',
    actor,
    body,
    timely,
    facts: { calendar: shippedCalendar },
  };
}

const objection = (change: Partial<Objection>): Objection => ({
  id: 'o1',
  noticeId: 'n1',
  name: sealed('n'),
  contact: sealed('c'),
  grounds: [sealed('g')],
  evidence: [],
  receivedAt: '2026-03-10T02:00:00.000Z',
  inTime: true,
  onPaper: false,
  state: 'received',
  handlers: [],
  findings: [],
  consequence: 'none',
  reviewed: false,
  ...change,
});

const under = (findings: Objection['findings']): Objection => objection({ state: 'underReview', findings });

describe('an objection as a part', () => {
  it('is in time as the receipt has fixed it, whatever the hour of its delivery; without a word about it, it is late', () => {
    const inTime = receiveObjection(matter(), act(filed, 'ding', { [windowKey('n1')]: true }));
    expect(inTime).toMatchObject({ type: 'objectionReceived', data: { objectionId: 'o1', objectorId: 'ding', inTime: true } });
    expect(receiveObjection(matter(), act(filed, 'ding'))).toMatchObject({ data: { inTime: false } });
  });

  it('can be filed again once the first one is answered', () => {
    const pending = matter([objection({ objectorId: 'ding' })]);
    expect(receiveObjection(pending, act(filed, 'ding'))).toMatchObject({ refusal: { code: 'alreadyObjected' } });
    const answered = matter([objection({ objectorId: 'ding', state: 'dismissed' })]);
    expect(receiveObjection(answered, act(filed, 'ding'))).toMatchObject({ type: 'objectionReceived' });
  });

  it('that is late is passed on once; one in time is never turned away for it', () => {
    const late = matter([objection({ objectorId: 'ding', state: 'late', inTime: false })]);
    expect(receiveObjection(late, act(filed, 'ding', { [windowKey('n1')]: false }))).toMatchObject({
      refusal: { code: 'lateObjectionKnown' },
    });
    expect(receiveObjection(late, act(filed, 'feng'))).toMatchObject({ type: 'objectionReceived' });
    const inTime = act(filed, 'ding', { [windowKey('n1')]: true });
    expect(receiveObjection(late, inTime)).toMatchObject({ type: 'objectionReceived', data: { inTime: true } });
  });

  it('counts the time for handling from admission, by the unit’s rule', () => {
    const answer = admit(matter([objection({})]), act({ objectionId: 'o1', handlers: ['fang'] }, 'officer'));
    expect(answer).toMatchObject({
      data: { handling: { key: 'handling:o1', startDate: '2026-03-10', lastDay: '2026-03-24', kind: 'handling' } },
    });
  });

  it.each<[string, Partial<Objection>, boolean]>([
    ['received', {}, true],
    ['admitted', { state: 'admitted' }, true],
    ['under review', { state: 'underReview' }, true],
    ['on paper, in time, unconfirmed', { state: 'unconfirmed' }, true],
    ['on paper, late, unconfirmed', { state: 'unconfirmed', inTime: false }, false],
    ['late', { state: 'late', inTime: false }, false],
    ['withdrawn', { state: 'withdrawn' }, false],
    ['dismissed, with time left for a review', { state: 'dismissed', review: deadline }, true],
    ['dismissed, the time for a review over', { state: 'dismissed', review: { ...deadline, state: 'closed' } }, false],
    ['upheld', { state: 'upheld', consequence: 'amend' }, false],
  ])('%s: holds the case %s', (_, change, holds) => {
    expect(isPending(objection(change))).toBe(holds);
  });

  it('knows its own events and leaves those of the host and of other objections alone', () => {
    expect(isObjectionEvent({ type: 'objectionWithdrawn', data: {} })).toBe(true);
    expect(isObjectionEvent({ type: 'caseClosed', data: {} })).toBe(false);
    expect(isObjectionEvent({ type: 'toString', data: {} })).toBe(false);
    const two = [objection({}), objection({ id: 'o2' })];
    expect(
      evolveObjections(two, {
        type: 'objectionWithdrawn',
        effectiveAt: '2026-03-10T02:00:00.000Z',
        data: { objectionId: 'o2' },
      }).map((o) => o.state),
    ).toEqual(['received', 'withdrawn']);
  });

  it('confirmed by the review goes back to what it was', () => {
    const reviewed = {
      type: 'reviewRecorded',
      effectiveAt: '2026-03-10T02:00:00.000Z',
      data: {
        objectionId: 'o1',
        body: 'b',
        confirmed: true,
        consequence: 'none',
        reasons: sealed('r'),
        document: { document: 'd' },
      },
    } as const;
    const reasons = sealed('r');
    expect(evolveObjections([under([])], reviewed)[0]?.state).toBe('inadmissible');
    expect(evolveObjections([under([{ ground: 1, upheld: false, reasons }])], reviewed)[0]?.state).toBe('dismissed');
    expect(evolveObjections([under([{ ground: 1, upheld: true, reasons }])], reviewed)[0]?.state).toBe('upheldInPart');
  });
});
