/** A letter that bears a date inside the window and is found later: it opens the case again at whatever step it is. */
import { describe, expect, it } from '@jest/globals';
import type { Step } from '../../../domain/empowerment/index.ts';
import { caseAt, type Case } from './case.ts';
import { paper, sealed } from './world.ts';

const publishFirst = { 'publicity.order': 'publishThenApprove' } as const;
const day = '2026-03-02 09:00';

/** The letter is entered and confirmed a moment later, wherever the case stands. */
function letterFound(one: Case): string {
  const id = one.letter('2026-03-10 12:00', 'ding');
  one.confirms(id);
  expect(one.step).toBe('objectionHandling');
  one.admits(id);
  return id;
}

const dismissed = (one: Case, id: string, objector = 'ding'): Case =>
  one.finds(id, [false]).does(objector, 'waiveReview', { objectionId: id });
const upheld = (one: Case, id: string): Case => one.finds(id, [true]);

describe('an objection on paper, in time but found late', () => {
  it.each<Step>(['statement', 'agreement', 'titleChange', 'registration'])(
    'takes the case from %s and, dismissed, brings it back there',
    (step) => {
      const one = caseAt(step, day);
      const before = one.state;
      dismissed(one, letterFound(one));
      expect(one.step).toBe(step);
      expect(one.state).toMatchObject({ rights: before.rights, round: 1 });
      expect(one.state.agreement).toEqual(before.agreement);
    },
  );

  it.each<Step>(['statement', 'agreement', 'titleChange', 'registration'])(
    'upheld at %s: amended, decided, publicised, agreed and registered anew, with one right at the end',
    (step) => {
      const one = caseAt(step, day);
      upheld(one, letterFound(one));
      expect(one.step).toBe('amendment');
      one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
      expect(one.step).toBe('groupDecision');
      expect(one.state.agreement).toBeUndefined();
      one.decides().publishes().windowsClose().states();
      expect(one.step).toBe('agreement');
      expect(one.todo).toEqual(['proposeAgreement officer']);
      one.agrees().registers('second receipt').tags();
      expect(one.state.rights).toHaveLength(1);
      expect(one.state.rights[0]).toMatchObject({
        receipt: { number: 'second receipt' },
        holders: [{ ppm: 280_000 }, { ppm: 280_000 }, { ppm: 140_000 }],
      });
      expect(one.replayed()).toEqual(one.state);
    },
  );

  it('upheld with refusal at registration: the right falls with the case', () => {
    const one = caseAt('registration', day);
    one.finds(letterFound(one), [true], 'refuse');
    expect(one.state).toMatchObject({ status: 'refused', rights: [] });
    expect(one.world.claims.get('achievement-1')).toEqual([]);
  });

  it('upheld where a unit publishes first: the amended notice is shown before the body decides again', () => {
    const one = caseAt('departmentReview', day, { mode: 'coOwnership' }, { changes: publishFirst }).reviewed();
    one.publishes().windowsClose().states().decides();
    expect(one.step).toBe('agreement');
    upheld(one, letterFound(one));
    one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    expect(one.step).toBe('noticePreparation');
    one.publishes().windowsClose().states();
    expect(one.step).toBe('groupDecision');
    one.decides().agrees().registers().tags();
    expect(one.state.status).toBe('done');
  });

  it('found while the group waits to decide, by one of its members: the group comes back without that member', () => {
    const one = caseAt('departmentReview', day, { mode: 'coOwnership' }, { changes: publishFirst }).reviewed();
    one.publishes().windowsClose().states();
    expect(one.state.assessment?.eligible).toHaveLength(7);
    const id = one.letter('2026-03-10 12:00', 'g1');
    one.isRefused('secretary', 'recordDecision', one.minutes(), 'objectionUnconfirmed');
    one.confirms(id).admits(id).finds(id, [false]).does('g1', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('groupDecision');
    expect(one.state.assessment).toMatchObject({ barred: [{ personId: 'g1', bar: 'objector' }], enough: true });
    expect(one.decides().step).toBe('agreement');
  });

  it('found in the second round, before its notice: the case comes back to the second decision', () => {
    const one = caseAt('publicity', day);
    const first = one.objects('eva');
    one.admits(first).finds(first, [true]).windowsClose();
    one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    expect(one.step).toBe('groupDecision');
    dismissed(one, letterFound(one));
    expect(one.step).toBe('groupDecision');
    one.decides();
    const id = one.letter('2026-03-11 12:00', 'fang', one.state.notices[0]?.id);
    one.confirms(id);
    expect(one.step).toBe('objectionHandling');
    one.admits(id, 'g1').finds(id, [true]);
    expect(one.step).toBe('amendment');
    one.proposes({ an: 30, bo: 40, chen: 30 }).signsAmendment('an', 'chen');
    expect(one.step).toBe('groupDecision');
  });

  it('found while an amendment waits for signatures: dismissed, the signatures stay; upheld, it is drawn up anew', () => {
    for (const stays of [true, false]) {
      const one = caseAt('publicity', day);
      const first = one.objects('eva');
      one.admits(first).finds(first, [true]).windowsClose();
      one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an');
      const id = letterFound(one);
      if (stays) {
        expect(dismissed(one, id).todo).toEqual(['signAmendment bo']);
        continue;
      }
      expect(upheld(one, id).step).toBe('amendment');
      expect(one.todo).toEqual(['proposeAmendment an']);
    }
  });

  it('not yet confirmed holds every step that would seal the case, and none once withdrawn as late', () => {
    const one = caseAt('titleChange', day);
    const id = one.letter('2026-03-17 23:59');
    expect(one.todo).toContain('confirmPaperObjection officer');
    const receipt = { kind: 'registry' as const, number: '1', on: '2026-03-18', document: paper('r') };
    one.isRefused('officer', 'recordTitleChange', receipt, 'objectionUnconfirmed');
    one.isRefused('officer', 'confirmPaperObjection', { objectionId: id }, 'secondPersonNeeded');
    one.does('officer2', 'confirmPaperObjection', { objectionId: id }).does('officer', 'rejectObjection', {
      objectionId: id,
      reason: 'notAboutNotice',
      explanation: sealed('x'),
    });
    one.on('2026-03-26 09:00');
    expect(one.registers().step).toBe('registration');
  });

  it('that is late holds nothing, confirmed or not, while another in time is answered', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('eva');
    one.on('2026-03-20 09:00').letter('2026-03-19 10:00');
    dismissed(one.confirms(one.letter('2026-03-17 10:00', 'ding')).admits(id), id, 'eva');
    expect(one.step).toBe('objectionHandling');
    const letter = one.state.objections[2]?.id ?? '';
    dismissed(one.admits(letter), letter);
    expect(one.state.objections.map((o) => o.state)).toEqual(['dismissed', 'unconfirmed', 'dismissed']);
    expect(one.step).toBe('statement');
  });

  it('unconfirmed at the window’s end holds the closing too', () => {
    const one = caseAt('publicity', day).on('2026-03-17 16:00');
    const id = one.letter('2026-03-17 10:00', 'ding');
    one.on('2026-03-18 09:00');
    expect(one.step).toBe('objectionHandling');
    expect(one.todo).toEqual(['confirmPaperObjection officer']);
    dismissed(one.confirms(id).admits(id), id);
    expect(one.step).toBe('statement');
  });
});
