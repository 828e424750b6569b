/** What of an application everybody consents to: all of it, but for the papers that prove what it says. */
import { sameValue } from '../../rules.ts';
import type { DocumentRef } from '../../process.ts';
import type { Application } from '../acts.ts';

/** Of a part, what is consented to: the whole, or what the function leaves of it. Every part has its row. */
type Consented = { [K in keyof Required<Application>]: 'whole' | ((value: NonNullable<Application[K]>) => unknown) };

/** What a file is called is nobody's consent. */
const file = (ref: DocumentRef | undefined): string | undefined => ref?.document;

/** Whether it is needed is consented to; the paper shows it to the office. */
const needed = ({ needed: yes }: { needed: boolean }): boolean => yes;

export const consented: Consented = {
  mode: 'whole',
  road: 'whole',
  achievementId: 'whole',
  title: 'whole',
  summary: 'whole',
  resultKind: 'whole',
  otherKindGrounds: 'whole',
  resultNumber: 'whole',
  protectedUntil: 'whole',
  inventors: 'whole',
  coOwners: 'whole',
  representativeId: 'whole',
  unitPpm: 'whole',
  incomeUnitPpm: 'whole',
  exclusions: 'whole',
  years: 'whole',
  price: 'whole',
  // Whether it is secret is; the screening form and the approval are the office's to check.
  secrecy: ({ secret }) => secret,
  // That a condition is met is; its evidence can be made better.
  conditions: (conditions) =>
    Object.entries(conditions)
      .map(([condition, { affirmed }]) => `${condition} ${affirmed}`)
      .toSorted(),
  // Which burdens there are is; that who holds them consents is theirs to say.
  burdens: (burdens) => burdens.map(({ kind, description }) => [kind, description]),
  exportCheck: needed,
  ethicsCheck: needed,
  plan: ({ document, partners }) => [file(document), partners],
};

export const partsOf = (before: Application, now: Application): (keyof Application)[] =>
  ([...new Set([...Object.keys(before), ...Object.keys(now)])] as (keyof Application)[]).filter(
    (part) => !sameValue(before[part], now[part]),
  );

function consentedIn(application: Application, part: keyof Application): unknown {
  const value = application[part];
  const row = consented[part] as 'whole' | ((value: unknown) => unknown);
  if (value === undefined) return undefined;
  return row === 'whole' ? value : row(value);
}

/** Whether the change is of something that was consented to, so that all are asked again. */
export const asksConsent = (before: Application, now: Application): boolean =>
  partsOf(before, now).some((part) => !sameValue(consentedIn(before, part), consentedIn(now, part)));
