import { describe, expect, it } from '@jest/globals';
import { caseAt, Case } from './case.ts';
import { paper, sealed, World } from './world.ts';

/** Shown on 2026-03-02; the window's last day is Tuesday 03-17. */
const shown = (world = new World()): Case => caseAt('publicity', '2026-03-02 09:00', { mode: 'coOwnership' }, { world });
const review = (objectionId: string) => ({ objectionId, grounds: sealed('not convinced') });
const recorded = (objectionId: string, change: object = {}) => ({
  objectionId,
  body: 'academicCommittee',
  confirmed: true,
  consequence: 'none' as const,
  reasons: sealed('reasons'),
  document: paper('review'),
  ...change,
});

describe('an objection’s moment', () => {
  it.each([
    ['2026-03-17 23:59:59.999', 'received', 'objectionHandling'],
    ['2026-03-18 00:00:00.000', 'late', 'statement'],
    ['2026-03-18 00:00:00.001', 'late', 'statement'],
  ])('at %s makes it %s', (at, state, step) => {
    const one = shown();
    one.on(at).objects('ding');
    expect(one.state.objections[0]).toMatchObject({ state, inTime: state === 'received' });
    expect(one.on('2026-03-18 09:00').step).toBe(step);
    expect(one.told.some((m) => m.template === 'objectionReceipt' && 'personId' in m.to && m.to.personId === 'ding')).toBe(true);
  });

  it('in the last millisecond holds the closing, though it is delivered after midnight', () => {
    const one = shown();
    const noticeId = one.notice().id;
    one.now = '2026-03-17T16:00:00.500Z';
    const filed = { noticeId, name: sealed('n'), contact: sealed('c'), grounds: [sealed('g')], evidence: [] };
    one.perform(one.actor('ding'), 'fileObjection', filed, '2026-03-17T15:59:59.999Z');
    expect(one.on('2026-03-18 09:00').step).toBe('objectionHandling');
  });

  it.each([
    ['2026-03-17 23:59:59.999', true],
    ['2026-03-18 00:00:00.000', false],
  ])('on paper is that of the letter: %s is in time %s', (at, inTime) => {
    const one = shown().on('2026-03-20 09:00');
    one.letter(at);
    expect(one.state.objections[0]).toMatchObject({ state: 'unconfirmed', inTime });
  });

  it('on paper lies between publication and entry', () => {
    const one = shown().on('2026-03-20 09:00');
    expect(() => one.letter('2026-03-20 09:01')).toThrow('receiptInFuture');
    expect(() => one.letter('2026-03-02 08:59')).toThrow('receiptBeforeNotice');
    expect(() => one.letter('2026-03-10 09:00', undefined, 'no-notice')).toThrow('noticeNotFound');
  });
});

describe('admission and finding', () => {
  it('asks for handlers without interest, and lets an unfit one be replaced', () => {
    const world = new World();
    world.relations = [['an', 'eva']];
    const one = shown(world);
    const objectionId = one.objects('ding', 2);
    expect(() => one.objects('ding')).toThrow('alreadyObjected');
    const admit = (handlers: string[]) => ({ objectionId, handlers });
    one.isRefused('officer', 'admitObjection', { objectionId: 'none', handlers: ['fang'] }, 'objectionNotFound');
    one.isRefused('officer', 'admitObjection', admit([]), 'handlerMissing');
    for (const unfit of ['an', 'eva', 'ding']) one.isRefused('officer', 'admitObjection', admit([unfit]), 'handlerBarred');
    one.isRefused('officer', 'admitObjection', admit(['fang', 'nobody']), 'handlerUnknown');
    one.does('officer', 'admitObjection', admit(['fang', 'fang', 'g1']));
    expect(one.state.objections[0]?.handlers).toEqual(['fang', 'g1']);
    one.isRefused('officer', 'admitObjection', admit(['fang']), 'objectionState');
    const recuse = { objectionId, personId: 'g1', replacement: 'g2', grounds: sealed('friend') };
    one.isRefused('officer', 'recuseHandler', { ...recuse, personId: 'g3' }, 'notAHandler');
    one.isRefused('officer', 'recuseHandler', { ...recuse, replacement: 'fang' }, 'alreadyHandler');
    one.isRefused('officer', 'recuseHandler', { ...recuse, replacement: 'eva' }, 'handlerBarred');
    one.isRefused('officer', 'recuseHandler', { ...recuse, replacement: 'nobody' }, 'handlerUnknown');
    one.does('officer', 'recuseHandler', recuse);
    expect(one.todo).toEqual([`recordFinding fang`, 'recordFinding g2']);
  });

  it('takes ten working days at most: admitted on 03-09, due by the end of 03-23', () => {
    const one = shown().on('2026-03-09 09:00');
    const objectionId = one.objects('ding');
    one.admits(objectionId);
    expect(one.tasks.find((t) => t.act === 'recordFinding')).toMatchObject({ personId: 'fang', due: '2026-03-23T16:00:00.000Z' });
  });

  it('finds on each ground once, and says what follows exactly if one is upheld', () => {
    const one = shown();
    const objectionId = one.objects('ding', 2);
    one.admits(objectionId);
    const reasons = sealed('r');
    const finding = (...upheld: boolean[]) => upheld.map((yes, i) => ({ ground: i + 1, upheld: yes, reasons }));
    const body = { objectionId, findings: finding(true, false), consequence: 'amend' as const, reply: sealed('reply') };
    one.isRefused('g1', 'recordFinding', body, 'notYourAct');
    one.isRefused('fang', 'recordFinding', { ...body, findings: finding(true) }, 'findingPerGround');
    one.isRefused('fang', 'recordFinding', { ...body, findings: finding(true, false, true) }, 'findingPerGround');
    one.isRefused(
      'fang',
      'recordFinding',
      {
        ...body,
        findings: [
          { ground: 1, upheld: true, reasons },
          { ground: 1, upheld: false, reasons },
        ],
      },
      'findingPerGround',
    );
    one.isRefused('fang', 'recordFinding', { ...body, consequence: 'none' }, 'consequenceUnclear');
    one.isRefused('fang', 'recordFinding', { ...body, findings: finding(false, false) }, 'consequenceUnclear');
    one.does('fang', 'recordFinding', body);
    one.isRefused('fang', 'recordFinding', body, 'objectionState');
  });

  it('is not for a handler of another objection, nor for one who has objected since', () => {
    const one = shown();
    const [first, second] = [one.objects('ding'), one.objects('eva')];
    one.admits(first, 'fang').admits(second, 'g1');
    const body = {
      objectionId: first,
      findings: [{ ground: 1, upheld: false, reasons: sealed('r') }],
      consequence: 'none' as const,
      reply: sealed('x'),
    };
    one.isRefused('g1', 'recordFinding', body, 'notAHandler');
    one.objects('fang');
    one.isRefused('fang', 'recordFinding', body, 'handlerBarred');
  });

  it('hides whose objection it is: anybody else’s withdrawal answers as if there were none', () => {
    const one = shown();
    const first = one.objects('ding');
    one.objects('eva');
    one.isRefused('eva', 'withdrawObjection', { objectionId: first }, 'objectionNotFound');
    one.isRefused('g1', 'withdrawObjection', { objectionId: first }, 'notYourAct');
    one.does('ding', 'withdrawObjection', { objectionId: first });
    one.isRefused('ding', 'withdrawObjection', { objectionId: first }, 'objectionState');
  });
});

describe('what an objection comes to', () => {
  it('withdrawn on 03-20: the case goes on at once', () => {
    const one = shown();
    const id = one.objects('ding');
    one.on('2026-03-20 09:00').does('ding', 'withdrawObjection', { objectionId: id });
    expect(one.step).toBe('statement');
  });

  it('inadmissible on 03-18: the objector may ask for a review until 03-25, 24:00', () => {
    const one = shown();
    const id = one.objects('ding');
    one
      .on('2026-03-18 09:00')
      .does('officer', 'rejectObjection', { objectionId: id, reason: 'noGrounds', explanation: sealed('x') });
    expect(one.state.objections[0]).toMatchObject({ state: 'inadmissible', review: { lastDay: '2026-03-25' } });
    one.on('2026-03-25 23:59:59.999');
    expect(one.step).toBe('objectionHandling');
    expect(one.on('2026-03-26 00:00').step).toBe('statement');
    one.isRefused('ding', 'requestReview', review(id), 'wrongStep');
  });

  it('dismissed, review asked for in the last millisecond and confirmed', () => {
    const one = shown();
    const id = one.objects('ding');
    one.admits(id).on('2026-03-18 09:00').finds(id, [false]);
    one.on('2026-03-25 23:59:59.999').does('ding', 'requestReview', review(id));
    one
      .on('2026-04-10 09:00')
      .isRefused('officer', 'recordReview', recorded(id, { body: 'disciplineOffice' }), 'wrongReviewBody');
    one.isRefused('officer', 'recordReview', recorded(id, { consequence: 'amend' }), 'consequenceUnclear');
    one.isRefused('officer', 'recordReview', recorded(id, { confirmed: false }), 'consequenceUnclear');
    one.isRefused('ding', 'requestReview', review(id), 'reviewedOnce');
    expect(one.todo).toEqual(['recordReview officer']);
    one.does('officer', 'recordReview', recorded(id));
    expect(one.state.objections[0]?.state).toBe('dismissed');
    expect(one.step).toBe('statement');
  });

  it('dismissed, and asked for review when the time was over', () => {
    const one = shown();
    const [id, other] = [one.objects('ding'), one.objects('eva')];
    one.admits(id).finds(id, [false]).admits(other);
    one.on('2026-03-20 09:00').isRefused('ding', 'requestReview', review(id), 'reviewTooLate');
    one.isRefused('ding', 'waiveReview', { objectionId: id }, 'objectionState');
    one.isRefused('eva', 'requestReview', review(other), 'objectionState');
  });

  it('a request that came in time but is delivered after midnight is heard: the review does not lapse before it', () => {
    const one = shown();
    const id = one.objects('ding');
    one.admits(id).on('2026-03-18 09:00').finds(id, [false]);
    const end = one.state.objections[0]?.review?.endsAt ?? '';
    const lapse = one.perform({ kind: 'system' }, 'lapseReview', { objectionId: id });
    expect(lapse).toMatchObject({ refused: { code: 'window.notOver' } });
    expect(end).toBe('2026-03-25T16:00:00.000Z');
    one.now = '2026-03-25T16:00:01.000Z';
    expect(one.perform(one.actor('ding'), 'requestReview', review(id), '2026-03-25T15:59:59.999Z')).toHaveProperty('done');
  });

  it.each([
    ['amend', 'amendment'],
    ['refuse', 'refused'],
  ] as const)('dismissed, and overturned by the review to %s', (consequence, step) => {
    const one = shown();
    const id = one.objects('ding');
    one.admits(id).finds(id, [false]).does('ding', 'requestReview', review(id)).windowsClose();
    one.does('officer', 'recordReview', recorded(id, { confirmed: false, consequence }));
    expect(one.state.objections[0]).toMatchObject({ state: 'upheld', consequence });
    expect(one.step).toBe(step);
  });

  it('upheld with refusal before the window closes: the case ends at its closing, and the achievement is free', () => {
    const one = shown();
    const id = one.objects('ding');
    one.admits(id).finds(id, [true], 'refuse');
    expect(one.step).toBe('publicity');
    one.on('2026-03-18 00:00');
    expect(one.events('applicationRefused')).toEqual([{ by: 'objection', code: 'objectionUpheld' }]);
    expect(one.world.claims.get('achievement-1')).toEqual([]);
  });

  it('of several: one withdrawn, one dismissed, one upheld in part; the case waits for the last and amends', () => {
    const one = shown();
    const ids = ['ding', 'eva', 'fang'].map((who) => one.objects(who, 2));
    const [withdrawn = '', dismissed = '', upheld = ''] = ids;
    one.admits(dismissed, 'g1').admits(upheld, 'g2').does('ding', 'withdrawObjection', { objectionId: withdrawn });
    one.on('2026-03-19 09:00').finds(upheld, [false, true]).does('fang', 'waiveReview', { objectionId: upheld });
    one.finds(dismissed, [false, false]);
    expect(one.step).toBe('objectionHandling');
    one.on('2026-03-27 00:00');
    expect(one.step).toBe('amendment');
    one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    expect(one.state.settled).toEqual([upheld]);
    expect(one.decides().publishes().windowsClose().step).toBe('statement');
  });

  it('filed against a notice that is no more: object to the one in force', () => {
    const one = shown();
    const old = one.notice().id;
    one.does('officer', 'takeDownNotice', { noticeId: old, grounds: sealed('typing error') });
    expect(one.todo).toEqual(['publishNotice officer']);
    expect(() => one.objects('ding', 1, old)).toThrow('noticeReplaced');
    expect(() => one.objects('ding', 1, 'none')).toThrow('noticeNotFound');
    one.publishes();
    const id = one.objects('ding');
    one.isRefused('officer', 'takeDownNotice', { noticeId: one.notice().id, grounds: sealed('x') }, 'objectionPending');
    one.isRefused('officer', 'takeDownNotice', { noticeId: old, grounds: sealed('x') }, 'noticeNotFound');
    expect(one.state.notices.map((n) => n.state)).toEqual(['takenDown', 'open']);
    expect(id).not.toBe('');
  });

  it('to the first of two notices is handled while the second is still being prepared', () => {
    const one = caseAt(
      'noticePreparation',
      '2026-04-10 09:00',
      { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1000' },
      { name: 'baotou-university' },
    );
    one.does('officer', 'publishNotice', one.noticeBody('empowerment'));
    const id = one.objects('ding');
    one.admits(id).finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    const letter = one.letter('2026-04-10 09:00');
    one.confirms(letter);
    expect(one.step).toBe('noticePreparation');
    one.does('officer', 'publishNotice', one.noticeBody('price')).on('2026-05-07 09:00');
    expect(one.step).toBe('objectionHandling');
  });

  it('by a member of the group bars that member from the second decision', () => {
    const one = shown();
    const id = one.objects('g1');
    one.admits(id).finds(id, [true]).windowsClose();
    one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    expect(one.state.assessment?.barred).toEqual([{ personId: 'g1', bar: 'objector' }]);
    expect(one.state.assessment?.eligible).toHaveLength(6);
  });
});
