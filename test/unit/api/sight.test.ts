/** What is told of a case to whom, by stories in memory. */
import { describe, expect, it } from '@jest/globals';
import { Caller } from '../../../api/access.ts';
import { eventsFor, mendingsFor, tasksFor } from '../../../api/caseRead.ts';
import type { Case } from '../empowerment/case.ts';
import { caseAt } from '../empowerment/case.ts';
import { handled, mended } from '../empowerment/mendings.ts';
import { sealed } from '../empowerment/world.ts';

const day = '2026-03-02 09:00';
const applicant = { kind: 'whole', objectors: 'none' } as const;
const open = { kind: 'whole', objectors: 'all' } as const;

const somebody = new Caller({ personId: 'an', globalRoles: [], grants: [], seats: [], related: [], today: '2026-03-02' });

const told = (one: Case, sight: typeof applicant | typeof open) => tasksFor(sight, one.tasks);

describe('to-dos of a case', () => {
  it('do not tell, by one that is there or is not, that a handler has come to object', () => {
    const { one, id } = handled();
    const before = told(one, applicant);
    expect(told(one, open).map(({ key }) => key)).toEqual([`recordFinding:${id}:fang`]);
    const other = one.objects('fang');
    expect(told(one, open)).toMatchObject([
      { key: `recuseHandler:${id}`, alert: 'handlerBarred' },
      { key: `admitObjection:${other}` },
    ]);
    expect(told(one, applicant)).toEqual(before);
  });

  it('nor that somebody who was put in charge has', () => {
    const one = mended(caseAt('publicity', day).finishes('statement'), 'reassign', { seat: 'stateResult', to: 'officer2' });
    const before = told(one, applicant);
    expect(told(one, open)).toMatchObject([{ act: 'stateResult', personId: 'officer2' }]);
    one.letter('2026-03-05 09:00', 'officer2');
    expect(told(one, open).find(({ act }) => act === 'stateResult')).not.toHaveProperty('personId');
    expect(told(one, applicant)).toEqual(before);
  });

  it('tell everybody whom they ask for what is their own', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText());
    expect(told(one, applicant).flatMap(({ personId }) => personId ?? [])).toEqual(['an', 'bo', 'chen']);
  });
});

describe('who is told numbers alone of those who may vote', () => {
  const grounds = sealed('who votes otherwise');

  it('reads no name of a substitute, of whom they sit for, nor why', () => {
    const one = caseAt('groupDecision', day);
    one.does('administrator', 'nameSubstitute', { body: 'leadingGroup', for: 'g2', personId: 'gs1', grounds });
    const reassigned = { seat: 'nameSubstitute:leadingGroup:g2', to: 'gs2', grounds };
    one.does('officer', 'reassign', reassigned);
    const names = /"(g|gs)\d"|nameSubstitute:|who votes otherwise/;
    const waiting = (numbersAlone: boolean) => JSON.stringify(mendingsFor(applicant, numbersAlone, one.state));
    expect([names.test(waiting(true)), names.test(waiting(false))]).toEqual([false, true]);
    expect(mendingsFor(applicant, true, one.state)).toMatchObject([{ mend: { kind: 'reassign' }, proposedBy: 'officer' }]);
    one.does('administrator', 'confirmMending', { mendingId: one.state.mending.pending[0]?.id ?? '' });
    one.does('officer', 'reassign', { ...reassigned, to: 'gs1' });
    one.does('officer', 'refuseMending', { mendingId: one.state.mending.pending[0]?.id ?? '', grounds });
    one.decides();
    const read = (numbersAlone: boolean) =>
      eventsFor(somebody, applicant, numbersAlone, { state: one.state, events: one.ledger });
    const types = ['substituteNamed', 'mendingProposed', 'personReassigned', 'mendingRefused', 'decisionRecorded'];
    for (const type of types)
      for (const [numbersAlone, named] of [
        [true, false],
        [false, true],
      ] as const) {
        const found = read(numbersAlone).filter((event) => event.type === type);
        expect([type, found.length > 0, names.test(JSON.stringify(found.map(({ data }) => data)))]).toEqual([type, true, named]);
      }
    expect(names.test(JSON.stringify(read(true).map(({ data }) => data)))).toBe(false);
  });

  it('reads whom any other task was given to', () => {
    const one = mended(caseAt('check', day), 'reassign', { seat: 'passCheck', to: 'officer2' });
    const events = eventsFor(somebody, applicant, true, {
      state: one.state,
      events: one.ledger,
    });
    expect(events.at(-1)).toMatchObject({ type: 'personReassigned', data: { seat: 'passCheck', to: 'officer2' } });
  });
});
