import { describe, expect, it } from '@jest/globals';
import { actTable, empowerment, type ActType, type Step } from '../../../domain/empowerment/index.ts';
import { waitsOnHold } from '../../../domain/empowerment/waiting.ts';
import { caseAt, type Case } from './case.ts';
import { deadlineOf, handled, held, resumed, timedByLaw } from './mendings.ts';
import { paper, sealed } from './world.ts';

const day = '2026-03-02 09:00';
const grounds = sealed('why');

describe('a hold', () => {
  it('stops what the office does, and says why and since when', () => {
    const one = held(caseAt('check', day)).on('2026-03-20 10:00');
    const refusal = one.isRefused('officer', 'refuseApplication', { grounds }, 'onHold');
    expect(refusal).toMatchObject({ status: 409 });
    expect(refusal.zh).toMatch(/2026-03-02 起因“调查核实”暂停办理.*不予批准/);
    expect(refusal.en).toMatch(/since 2026-03-02 for an investigation;/);
    one.isRefused('officer', 'hold', { reason: 'papers', grounds }, 'alreadyOnHold');
    expect(one.todo).toEqual(['resume officer']);
    expect(empowerment.project(one.state)).toMatchObject({ heldSince: one.state.mending.hold?.since });
    resumed(one).isRefused('officer', 'resume', { grounds }, 'notOnHold');
    expect(one.todo).toEqual(['passCheck officer']);
    expect(empowerment.project(one.state)).not.toHaveProperty('heldSince');
    one.passes();
  });

  it('cannot be before the application is submitted: the office has nothing in hand', () => {
    caseAt('consent', day).isRefused('officer', 'hold', { reason: 'papers', grounds }, 'wrongStep');
  });

  it('holds back exactly the office’s steps and signatures', () => {
    const free = (Object.keys(actTable) as ActType[]).filter((act) => !waitsOnHold.has(act));
    expect(free).toEqual([
      'sendForConsent',
      'consent',
      'declineConsent',
      'recordCoOwnerConsent',
      'amendApplication',
      'submit',
      'nameSubstitute',
      'closeWindow',
      'recordPublicityGap',
      'takeDownNotice',
      'fileObjection',
      'enterPaperObjection',
      'confirmPaperObjection',
      'recuseHandler',
      'withdrawObjection',
      'requestReview',
      'waiveReview',
      'lapseReview',
      'proposeAmendment',
      'signAmendment',
      'withdraw',
      'proposeRepresentative',
      'consentToRepresentative',
      'recordLifeEvent',
      'recordHeirs',
      'hold',
      'resume',
      'moveDeadline',
      'reassign',
      'correctDeath',
      'confirmMending',
      'refuseMending',
      'noteLink',
      'applyCalendar',
      'raisePrevailingRules',
    ]);
  });

  it.each<Step>([
    'check',
    'departmentReview',
    'groupDecision',
    'noticePreparation',
    'statement',
    'agreement',
    'titleChange',
    'registration',
  ])('waits at %s: the usual act is refused, and taken once resumed', (step) => {
    const one = held(caseAt(step, day));
    expect(() => one.goesOn()).toThrow('onHold');
    expect(one.step).toBe(step);
    resumed(one).goesOn();
    expect(one.step).not.toBe(step);
  });

  it('lets a window run on and close at its instant, and objections and papers come in', () => {
    const { one, window } = handled();
    const end = one.notice().deadline.endsAt;
    held(one);
    expect(deadlineOf(one, window)).toMatchObject({ state: 'running', endsAt: end });
    one.on('2026-03-16 10:00').objects('eva');
    one.confirms(one.letter('2026-03-16 09:00', 'chen-neighbour'));
    one.windowsClose();
    expect(one.events('windowClosed')).toMatchObject([{ endsAt: end }]);
    expect(one.step).toBe('objectionHandling');
    one.isRefused(
      'officer',
      'admitObjection',
      { objectionId: one.state.objections.at(-1)?.id ?? '', handlers: ['bo'] },
      'onHold',
    );
    one.does('an', 'withdraw', { grounds });
    expect(one.state.status).toBe('withdrawn');
  });

  it('stops the time for handling an objection; resumed, what was left runs on and anyone can count it again', () => {
    const { one, id, key } = handled();
    expect(deadlineOf(one, key)).toMatchObject({ lastDay: '2026-03-16', source: 'institution', state: 'running' });
    one.on('2026-03-11 16:00');
    held(one);
    expect(one.events('holdBegun')).toMatchObject([
      { stopped: [{ key, from: '2026-03-16', left: { n: 3, unit: 'workingDay' } }] },
    ]);
    expect(deadlineOf(one, key)).toMatchObject({ lastDay: '2026-03-16', state: 'paused' });
    expect(one.tasks.filter((t) => t.due !== undefined)).toEqual([]);
    one.isRefused('fang', 'recordFinding', { objectionId: id, findings: [], consequence: 'none', reply: sealed('r') }, 'onHold');
    one.isRefused('officer', 'moveDeadline', { deadline: key, lastDay: '2026-03-13', grounds }, 'deadlineStopped');
    one.on('2026-04-10 09:00').does('officer', 'resume', { grounds });
    expect(one.state.mending.pending[0]?.effects).toEqual([{ key, from: '2026-03-16', to: '2026-04-15' }]);
    // Confirmed three days later, it counts from that day.
    one.on('2026-04-13 09:00').does('administrator', 'confirmMending', { mendingId: one.state.mending.pending[0]?.id ?? '' });
    expect(deadlineOf(one, key)).toMatchObject({
      lastDay: '2026-04-16',
      state: 'running',
      n: 10,
      startDate: '2026-03-02',
      adjustments: [
        { kind: 'hold', from: '2026-03-11', until: '2026-04-13', left: { n: 3, unit: 'workingDay' }, lastDay: '2026-04-16' },
      ],
    });
    expect(one.tasks.find((t) => t.act === 'recordFinding')?.due).toBe('2026-04-16T16:00:00.000Z');
    one.finds(id, [false]);
  });

  it.each([
    ['outright', (one: Case) => one.dies('bo')],
    [
      'while a late letter holds the case',
      (one: Case) => {
        const id = one.letter('2026-03-10 12:00', 'ding');
        one.confirms(id).dies('bo');
        return one.does('ding', 'withdrawObjection', { objectionId: id });
      },
    ],
  ])('binds nobody by an agreement whose last signer dies, %s: it is concluded by the resumption', (_, lost) => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'chen', 'signatory');
    lost(held(one));
    expect(one.step).toBe('agreement');
    expect(one.state.agreement?.concludedOn).toBeUndefined();
    expect(one.todo).toContain('resume officer');
    resumed(one.on('2026-03-30 09:00'));
    expect([one.step, one.state.agreement?.concludedOn]).toEqual(['titleChange', '2026-03-30']);
    expect(one.replayed()).toEqual(one.state);
  });

  it('ends without concluding what is not signed by all', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'signatory');
    resumed(held(one).dies('bo'));
    expect([one.step, one.todo]).toEqual(['agreement', ['signAgreement chen', 'recordHeirs officer']]);
  });

  it('does not stop the objector’s time to ask a review; the higher body’s time begins with the resumption', () => {
    const { one, id } = handled();
    one.finds(id, [false]).on('2026-03-09 10:00');
    held(one);
    expect(deadlineOf(one, `review:${id}`)).toMatchObject({ state: 'running' });
    one.does('ding', 'requestReview', { objectionId: id, grounds });
    expect(deadlineOf(one, `reviewing:${id}`)).toMatchObject({ state: 'paused', startDate: '2026-03-09' });
    resumed(one.on('2026-03-16 10:00'));
    expect(deadlineOf(one, `reviewing:${id}`)).toMatchObject({ state: 'running', lastDay: '2026-04-07' });
  });

  it('keeps nobody from deciding within a time that the law sets: it runs on, from the admission to the review', () => {
    const one = timedByLaw();
    const [id, other] = [one.objects('ding'), one.objects('eva')];
    held(one);
    expect(one.todo).toEqual([`admitObjection officer`, 'admitObjection officer', 'resume officer']);
    one.admits(id).does('officer', 'rejectObjection', { objectionId: other, reason: 'noGrounds', explanation: grounds });
    expect(deadlineOf(one, `handling:${id}`)).toMatchObject({ state: 'running', lastDay: '2026-03-16', source: 'law' });
    const finding = one.tasks.find((task) => task.act === 'recordFinding');
    expect(finding?.due).toBe(deadlineOf(one, `handling:${id}`)?.endsAt);
    one.finds(id, [false]);
    for (const [who, objectionId] of [
      ['ding', id],
      ['eva', other],
    ] as const) {
      one.does(who, 'requestReview', { objectionId, grounds });
      expect(deadlineOf(one, `reviewing:${objectionId}`)).toMatchObject({ state: 'running', source: 'law' });
      one.does('officer', 'recordReview', {
        objectionId,
        body: one.state.rules?.rules['objection.review']?.value.body ?? '',
        confirmed: true,
        consequence: 'none',
        reasons: grounds,
        document: paper('review'),
      });
    }
    one.windowsClose();
    expect([one.step, one.todo]).toEqual(['statement', ['resume officer']]);
    one.isRefused('officer', 'stateResult', { document: paper('statement') }, 'onHold');
  });

  it('tells the team, the office, handlers and whoever waits for an answer, and no applicant who objected', () => {
    const { one } = handled();
    const from = one.told.length;
    held(one.on('2026-03-11 16:00'));
    resumed(one.on('2026-03-16 09:00'));
    const told = one.told.slice(from).map(({ template, to }) => `${template} ${'personId' in to ? to.personId : to.role}`);
    expect(told).toEqual([
      'mendingToConfirm administrator',
      ...['an', 'bo', 'chen', 'officer', 'fang', 'ding'].map((who) => `caseHeld ${who}`),
      'mendingToConfirm administrator',
      ...['an', 'bo', 'chen', 'officer', 'fang', 'ding'].map((who) => `caseResumed ${who}`),
      'deadlineMoved fang',
      'deadlineMoved ding',
    ]);
  });
});
