import { describe, expect, it } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import type { z } from 'zod';
import { actSchemas, apiPointer, fieldErrors, percent, percentOfPpm, type PersonAct } from '../../../contracts/schemas.ts';
import { Sealable, sealBody, type Referenced } from '../../../contracts/sealing.ts';
import type { Bodies } from '../../../domain/empowerment/acts.ts';
import { actTable } from '../../../domain/empowerment/table.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Matches = { [A in PersonAct]: Same<Referenced<z.output<(typeof actSchemas)[A]>>, Bodies[A]> };
/** Fails to compile, naming the act, when a schema's output is no longer the body that the decider takes. */
const matches: Record<PersonAct, true> = {} as Matches;

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const digest = 'a'.repeat(64);
const document = { document: digest };

const application = {
  mode: 'coOwnership',
  achievementId: id(1),
  title: '某成果',
  resultKind: 'patent',
  inventors: [
    { personId: id(2), share: '66.6667' },
    { personId: id(3).toUpperCase(), share: '33.3333' },
  ],
  coOwners: [{ id: id(4), name: '某企业' }],
  representativeId: id(2),
  unitShare: '30',
  incomeUnitShare: '30.5',
  exclusions: {
    nationalSecurity: false,
    defenceSecurity: false,
    publicSecurity: false,
    economicSecurity: false,
    socialStability: false,
  },
  secrecy: { secret: false, screened: { ...document, name: '筛查表.pdf' } },
  conditions: { clearTitle: { affirmed: true, evidence: [document] } },
  burdens: [],
  exportCheck: { needed: false },
  ethicsCheck: { needed: false },
};

function errorsOf(act: PersonAct, body: unknown): string[] {
  const result = actSchemas[act].safeParse(body, { reportInput: true });
  return result.success ? [] : fieldErrors(result.error).map(({ pointer, en }) => `${pointer} ${en}`);
}

describe('bodies of acts', () => {
  it('exist for exactly the acts that somebody other than the system may do', () => {
    const sendable = Object.entries(actTable)
      .filter(([, row]) => row.roles.some((role) => role !== 'system'))
      .map(([act]) => act);
    expect(Object.keys(actSchemas).sort()).toEqual(sendable.sort());
    expect(matches).toEqual({});
  });

  it('turn percentages into exact parts per million and keep one spelling of an id', () => {
    const { application: parsed } = actSchemas.sendForConsent.parse({ application });
    expect(parsed.inventors).toEqual([
      { personId: id(2), ppm: 666_667 },
      { personId: id(3), ppm: 333_333 },
    ]);
    expect([parsed.unitPpm, parsed.incomeUnitPpm]).toEqual([300_000, 305_000]);
  });

  it('mark personal texts with their subject, and nothing of them reaches JSON before they are sealed', () => {
    const parsed = actSchemas.sendForConsent.parse({ application });
    expect(JSON.stringify(parsed)).not.toMatch(/某|筛查表/);
    const seen: [string, string, string, unknown][] = [];
    const body = sealBody(parsed, ({ text, subject }, around, pointer) => {
      seen.push([pointer, subject, text, around['id']]);
      return { sealed: String(seen.length), digest };
    });
    expect(seen).toEqual([
      ['/application/title', 'achievement', '某成果', undefined],
      ['/application/coOwners/0/name', 'party', '某企业', id(4)],
      ['/application/secrecy/screened/name', 'case', '筛查表.pdf', undefined],
    ]);
    expect(body.application.title).toEqual({ sealed: '1', digest });
  });

  it('name every fault by a pointer, in both languages, and never repeat what was sent', () => {
    const wrong = {
      application: {
        ...application,
        title: 'secret\u0000',
        protectedUntil: '2026-02-30',
        inventors: [{ personId: 'no', share: '100.00001', extra: 1 }],
        unitShare: 30,
        secrecy: undefined,
        'a/b': 1,
      },
    };
    expect(errorsOf('sendForConsent', wrong).sort()).toEqual([
      '/application/a~1b there is no such field',
      '/application/inventors/0/extra there is no such field',
      '/application/inventors/0/personId must be a UUID',
      '/application/inventors/0/share is not in the form required',
      '/application/protectedUntil must be a date that exists, YYYY-MM-DD',
      '/application/secrecy is required',
      '/application/title must not be blank or hold control characters',
      '/application/unitShare must be a text',
    ]);
    expect(JSON.stringify(errorsOf('sendForConsent', wrong))).not.toContain('secret\u0000');
  });

  it.each([
    ['2026-02-29', false],
    ['2028-02-29', true],
    ['1899-12-31', false],
    ['1900-01-01', true],
    ['2999-12-31', true],
    ['3000-01-01', false],
    ['2026-2-3', false],
    ['2026-03-02T00:00:00Z', false],
  ])('take %s as a date: %s', (startsOn, ok) => {
    expect(actSchemas.grantUseRight.safeParse({ startsOn }).success).toBe(ok);
  });

  it.each([
    [4_000, true],
    [4_001, false],
    [0, false],
  ])('bound a text of %i characters: %s', (length, ok) => {
    expect(actSchemas.withdraw.safeParse({ grounds: '因'.repeat(length) }).success).toBe(ok);
  });

  it('refuse half a surrogate pair, which the database cannot keep', () => {
    expect(errorsOf('withdraw', { grounds: 'a\ud800' })).toEqual(['/grounds must not be blank or hold control characters']);
  });
});

describe('percentages', () => {
  it('come back as they went in, for every part per million', () => {
    assert(
      property(integer({ min: 0, max: 1_000_000 }), (ppm) => {
        expect(percent.parse(percentOfPpm(ppm))).toBe(ppm);
      }),
    );
  });

  it.each(['100.0001', '101', '-1', '1.', '.5', '1e2', '33,3', ' 5', '0x10', '1.23456', ''])('refuse %j', (text) => {
    expect(percent.safeParse(text).success).toBe(false);
  });
});

it('pointers of the deciders are told as the API names the fields', () => {
  expect(apiPointer('/application/inventors/0/ppm')).toBe('/application/inventors/0/share');
  expect(apiPointer('/application/unitPpm')).toBe('/application/unitShare');
  expect(apiPointer('/incomeUnitPpm')).toBe('/incomeUnitShare');
  expect(apiPointer('/grounds')).toBe('/grounds');
});

it('a text can only pass for a sealable one by being one', () => {
  const body = sealBody({ a: { text: 'plain', subject: 'case' }, b: new Sealable('x', 'case') }, () => ({ sealed: 's', digest }));
  expect(body).toEqual({ a: { text: 'plain', subject: 'case' }, b: { sealed: 's', digest } });
});
