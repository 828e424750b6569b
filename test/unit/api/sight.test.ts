/** What is told of a case to whom, by stories in memory. */
import { describe, expect, it } from '@jest/globals';
import { tasksFor } from '../../../api/caseRead.ts';
import type { Case } from '../empowerment/case.ts';
import { caseAt } from '../empowerment/case.ts';
import { handled, mended } from '../empowerment/mendings.ts';

const day = '2026-03-02 09:00';
const applicant = { kind: 'whole', objectors: 'none' } as const;
const open = { kind: 'whole', objectors: 'all' } as const;

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
