/** Clauses that no other test names, at work: a case under the documents that give them, and none of the unit's own words. */
import { describe, expect, it } from '@jest/globals';
import { computeDeadline, addDays, startOfDay } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { loadSample, loadShippedPacks, resolve, validateOverlay, type Institution } from '../../../policies/index.ts';
import { hohhotUniversity, on, overlayWith, pilotInstitute, pilotUniversity } from '../policies/support.ts';
import { Case, caseAt } from './case.ts';
import { applicationOf, paper, World, type Plan } from './world.ts';

const packs = loadShippedPacks();

/** A case of a pilot unit in the pilot: what the pilot gives, and of the unit's own only what it leaves open. */
function inPilot(plan: Plan, step = 'consent'): Case {
  const pilot = packs.find(({ id }) => id === 'nm-pilot');
  const { overlay } = loadSample('hohhot-university');
  const own = {
    ...overlay,
    institutionId: pilotUniversity.id,
    from: '2021-01-01',
    entries: overlay.entries.filter(({ key }) => !pilot?.rules[key]),
  };
  const rules = resolve({ institution: pilotUniversity, on: '2022-03-01', packs, overlay: own });
  return new Case(rules, '2022-03-01 09:00').applies(plan).finishes(step);
}

/** Whether the pilot gives the unit its rules on the day. */
const underPilot = (day: string, unit: Institution): boolean =>
  on(day, unit).rules['empowerment.kinds']?.source.pack === 'nm-pilot';

const lastDay = (start: string, n: number, unit: 'month' | 'calendarDay', countsFirstDay = false): string =>
  computeDeadline({ start, bound: 'atLeast', n, unit, countsFirstDay }, shippedCalendar).lastDay;

const submission = { representationConfirmed: true } as const;

describe('a case in the pilot', () => {
  it('is barred by each of the five interests (nm-pilot.2a)', () => {
    const { exclusions } = applicationOf({ mode: 'coOwnership' });
    for (const interest of Object.keys(exclusions)) {
      const one = inPilot({ mode: 'coOwnership', more: { exclusions: { ...exclusions, [interest]: true } } }).submits();
      expect(one.events('applicationRefused')).toEqual([{ by: 'rule', code: 'exclusionBars', clause: 'nm-pilot.2a' }]);
    }
  });

  it('is one of the two named units, and of no day before or after (nm-pilot.2b)', () => {
    for (const unit of [pilotUniversity, pilotInstitute])
      expect(['2020-11-30', '2020-12-01', '2023-12-31', '2024-01-01'].map((day) => underPilot(day, unit))).toEqual([
        false,
        true,
        true,
        false,
      ]);
    expect(underPilot('2022-03-01', hohhotUniversity)).toBe(false);
  });

  it('ends with shares of both in co-ownership (nm-pilot.3.1a)', () => {
    const one = inPilot({ mode: 'coOwnership' }, 'done');
    expect(one.state).toMatchObject({ status: 'done', rights: [{ kind: 'coOwnership' }] });
  });

  it('takes the eight kinds as they are, and another with grounds (nm-pilot.3.1b)', () => {
    const given = inPilot({ mode: 'coOwnership' }).rules.rules['empowerment.kinds']?.value ?? [];
    const kinds = given.filter((kind) => kind !== 'other');
    expect(kinds).toHaveLength(8);
    for (const resultKind of kinds) expect(inPilot({ mode: 'coOwnership', more: { resultKind } }).submits().step).toBe('check');
    const other = inPilot({ mode: 'coOwnership', more: { resultKind: 'other' } });
    expect(other.isRefused('an', 'submit', submission, 'kindNeedsGrounds').clause).toBe('nm-pilot.3.1b');
  });

  it('is decided first and then shown, for no less than the floor (nm-pilot.3.1c, nm-pilot.3.2e)', () => {
    for (const [mode, clause] of [
      ['coOwnership', 'nm-pilot.3.1c'],
      ['useRight', 'nm-pilot.3.2e'],
    ] as const) {
      const one = inPilot({ mode }, 'noticePreparation');
      expect(one.state.decisions).toHaveLength(1);
      const floor = one.rules.rules[`publicity.${mode}`]?.value.n ?? 0;
      const short = one.noticeBody('empowerment', floor - 1);
      expect(one.isRefused('officer', 'publishNotice', short, 'windowTooShort').clause).toBe(clause);
      expect(one.publishes().step).toBe('publicity');
    }
  });

  it('on a use right lasts long enough and brings its plan (nm-pilot.3.2a, nm-pilot.3.2b)', () => {
    const floor = inPilot({ mode: 'useRight' }).rules.rules['empowerment.useRight.term']?.value.n ?? 0;
    const short = inPilot({ mode: 'useRight', years: floor - 1 });
    expect(short.isRefused('an', 'submit', submission, 'termTooShort').clause).toBe('nm-pilot.3.2a');
    const { plan: _, ...application } = applicationOf({ mode: 'useRight' });
    const one = new Case(short.rules, '2022-03-01 09:00').does('an', 'sendForConsent', { application });
    one.does('bo', 'consent', { applicationVersion: 1 }).does('chen', 'consent', { applicationVersion: 1 });
    expect(one.isRefused('an', 'submit', submission, 'planMissing').clause).toBe('nm-pilot.3.2b');
  });

  it('promises in the agreement that a use right outlives its holder’s post (nm-pilot.3.2d)', () => {
    const one = inPilot({ mode: 'useRight' }, 'agreement');
    const text = one.agreementText({ survivesLeaving: false });
    expect(one.isRefused('officer', 'proposeAgreement', text, 'survivalMandatory').clause).toBe('nm-pilot.3.2d');
  });

  it('on a secret result has its approval first (nm-pilot.3.8d)', () => {
    const secrecy = { secret: true, screened: paper('screening form') };
    const one = inPilot({ mode: 'coOwnership', more: { secrecy } });
    expect(one.isRefused('an', 'submit', submission, 'secrecyApprovalMissing').clause).toBe('nm-pilot.3.8d');
    const approved = inPilot({ mode: 'coOwnership', more: { secrecy: { ...secrecy, approval: paper('approval') } } });
    expect(approved.submits().step).toBe('check');
  });
});

describe('a case elsewhere', () => {
  it('in Baotou goes to co-ownership by an agreement in writing that splits the income (bt-149.1a)', () => {
    const one = caseAt('agreement', '2026-03-02 09:00', { mode: 'coOwnership' }, { name: 'baotou-institute' });
    expect(one.rules.rules['empowerment.coOwnership.writtenAgreement']?.cite.clause).toBe('bt-149.1a');
    const text = one.agreementText();
    one.isRefused('officer', 'proposeAgreement', { ...text, terms: {} }, 'agreementTermsMissing');
    expect(one.agrees().step).toBe('titleChange');
  });

  it('in Harbin is open to results with a title and to those without one (hlj.g4)', () => {
    const plan = { mode: 'fullOwnership', road: 'agreedIncome' } as const;
    for (const resultKind of ['patent', 'technicalSecret'] as const)
      expect(caseAt('check', '2026-03-02 09:00', { ...plan, more: { resultKind } }, { name: 'harbin-university' }).step).toBe(
        'check',
      );
  });

  it('in Harbin is decided by the group, and by the leadership where it is major (hlj.g5)', () => {
    const plan = { mode: 'fullOwnership', road: 'agreedIncome' } as const;
    const one = caseAt('noticePreparation', '2026-03-02 09:00', plan, { name: 'harbin-university' });
    expect(one.state.decisions.map(({ body }) => body)).toEqual(['leadingGroup', 'leadership']);
  });

  it('waits while there is no leading group to decide it (nm-hei.6e)', () => {
    const world = new World();
    world.bodies.leadingGroup.members = [];
    world.bodies.leadingGroup.substitutes = [];
    const one = caseAt('groupDecision', '2026-03-02 09:00', { mode: 'coOwnership' }, { world });
    expect(one.tasks[0]?.alert).toBeDefined();
    const minutes = one.minutes();
    expect(one.tries('secretary', 'recordDecision', minutes)).toHaveProperty('refused');
    expect(one.step).toBe('groupDecision');
  });

  it('at a sale shows the name of the result and its price (cn.conversion.18)', () => {
    const plan = { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' } as const;
    const one = caseAt('noticePreparation', '2026-04-10 09:00', plan, { name: 'baotou-university' });
    const body = one.noticeBody('price');
    for (const item of ['resultName', 'intendedPrice'] as const)
      one.isRefused('officer', 'publishNotice', { ...body, items: body.items.filter((i) => i !== item) }, 'noticeIncomplete');
  });
});

describe('an overlay', () => {
  it('is told which of the five subjects it does not cover (nm-hei.6b)', () => {
    const covers = ['registrationAndFiling', 'conversion'] as const;
    const { notCovered } = validateOverlay(overlayWith(hohhotUniversity, {}, { covers: [...covers] }), hohhotUniversity, packs);
    expect(notCovered).toEqual(['disposalAndDistribution', 'organisation', 'objections']);
  });
});

describe('a length of time', () => {
  it('in months ends on the corresponding day, or on the month’s last (cn.civil.202)', () => {
    expect([lastDay('2026-01-15', 1, 'month'), lastDay('2026-01-31', 1, 'month')]).toEqual(['2026-02-15', '2026-02-28']);
  });

  it('counts its first day where that was agreed (cn.civil.204)', () => {
    expect([lastDay('2026-03-02', 3, 'calendarDay'), lastDay('2026-03-02', 3, 'calendarDay', true)]).toEqual([
      '2026-03-05',
      '2026-03-04',
    ]);
  });

  it('includes its last day to the end (cn.civil.1259)', () => {
    const counted = computeDeadline({ start: '2026-03-02', bound: 'atLeast', n: 1, unit: 'calendarDay' }, shippedCalendar);
    expect(counted.endsAt).toBe(startOfDay(addDays(counted.lastDay, 1)));
  });
});
