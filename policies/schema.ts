/**
 * What a pack and an overlay look like. A pack is one document as dated data; an overlay is one institution's own
 * rules. Only the shape is checked here; whether a citation holds, or a value is laxer than the law, is `check.ts`.
 */
import { z } from 'zod';
import { isDate } from '../domain/time/index.ts';
import type { Citation, Force, Rank, RuleKey, RuleSnapshot, RuleValues } from '../domain/rules.ts';
import { coveredSubjects } from './values.ts';

/** Kinds of unit that the documents speak of. */
export const institutionKinds = ['university', 'institute', 'stateEnterprise', 'publicInstitution'] as const;

export type InstitutionKind = (typeof institutionKinds)[number];

/** What resolution must know of a unit. Places are GB/T 2260 codes of six digits (150200 is Baotou). */
export interface Institution {
  id: string;
  name: string;
  kind: InstitutionKind;
  place: { province: string; city: string };
  stateFounded: boolean;
}

/** A date is refused here with a code of its own; `path` tells which. */
export const civilDate = z.string().refine(isDate, { params: { fault: 'badDate' } });
const text = z.string().trim().min(1);
const placeCode = z.string().regex(/^\d{6}$/);

/** A citation: both halves, always. */
export const citation = z.strictObject({ clause: text, phrase: text });

const condition = z.strictObject({
  stateFounded: z.boolean().optional(),
  kinds: z.array(z.enum(institutionKinds)).min(1).optional(),
});

const entry = z.strictObject({
  /** First day of the value; absent means the pack's own first day, so that an edited date moves with it. */
  from: civilDate.optional(),
  /** Last day, if the value ends before the pack does and nothing follows it. */
  until: civilDate.optional(),
  /** `null` repeals: from this day the pack gives no value. */
  value: z.unknown(),
  force: z.enum(['mandatory', 'default']),
  cite: citation,
  also: z.array(citation).min(1).optional(),
  reading: text.optional(),
  /** The value holds only for institutions like this; entries with different conditions run side by side. */
  when: condition.optional(),
});

const dated = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: text,
  version: text,
  rank: z.enum(['state', 'region', 'city', 'institution']),
  scope: z.strictObject({
    /** Provinces or cities; absent means everywhere. */
    places: z.array(placeCode).min(1).optional(),
    kinds: z.array(z.enum(institutionKinds)).min(1),
    /** Names, with their spellings, of the only units it covers. */
    institutions: z.array(text).min(1).optional(),
  }),
  status: z.enum(['inForce', 'ended', 'draft']),
  from: civilDate.optional(),
  /** Last day in force. Absent with `lasts` too means without end. */
  until: civilDate.optional(),
  /** Full years in force; the last day is the one before the corresponding day, and moves with an edited `from`. */
  lasts: z.strictObject({ years: z.int().min(1), cite: citation }).optional(),
  /** The text does not give the first day outright. With `choices`, only these are possible readings. */
  assumedFrom: z
    .strictObject({ reading: text, choices: z.array(civilDate).min(1).optional(), cite: citation.optional() })
    .optional(),
  supersedes: z.array(text).min(1).optional(),
  /** Measures of one issuer that may overlap; what `notRepeatedWithin` says applies among them alone. */
  family: text.optional(),
  notRepeatedWithin: z.strictObject({ family: text, cite: citation }).optional(),
  /** Later rules of these ranks prevail over this pack. */
  yieldsTo: z.strictObject({ ranks: z.array(z.enum(['state', 'region'])).min(1), cite: citation }).optional(),
  rules: z.record(z.string(), z.array(entry).min(1)),
});

export const packShape = dated;

export const overlayShape = z.strictObject({
  institutionId: text,
  version: z.int().min(1),
  title: text,
  from: civilDate,
  /** Last day, if the unit has repealed it. */
  until: civilDate.optional(),
  sample: z.literal(true).optional(),
  /** Shown beside everything that rests on the overlay; a sample says here that it is one. */
  notice: text.optional(),
  covers: z.array(z.enum(coveredSubjects)),
  entries: z.array(
    z.strictObject({
      key: text,
      value: z.unknown(),
      /** The unit's own rule binds the unit (mandatory) unless it lets a contract say otherwise (default). */
      force: z.enum(['mandatory', 'default']).optional(),
      reading: text.optional(),
      cite: citation,
    }),
  ),
});

/** One dated value of a pack. `value: null` repeals. */
export interface PackEntry<K extends RuleKey = RuleKey> {
  from?: string;
  until?: string;
  value: RuleValues[K] | null;
  force: Force;
  cite: Citation;
  also?: Citation[];
  reading?: string;
  when?: z.infer<typeof condition>;
}

/** A document's rules as dated data, checked against the register. */
export type Pack = Omit<z.infer<typeof packShape>, 'rules'> & {
  rank: Rank;
  rules: { [K in RuleKey]?: PackEntry<K>[] };
};

/** One entry of a unit's own rules, citing the unit's own article as `overlay.<n>`. */
export interface OverlayEntry<K extends RuleKey = RuleKey> {
  key: K;
  value: RuleValues[K];
  force?: Force;
  reading?: string;
  cite: Citation;
}

/** A unit's own rules of one version. */
export type Overlay = Omit<z.infer<typeof overlayShape>, 'entries'> & { entries: OverlayEntry[] };

/** Everything that decides which rules apply. */
export interface ResolveInput {
  institution: Institution;
  /** The date (Asia/Shanghai) the rules are wanted for. */
  on: string;
  packs: readonly Pack[];
  /** The version of the unit's own rules in force on the date, if it has any. */
  overlay?: Overlay | undefined;
  /** The snapshot a running case stands on; it stays until a recorded transition replaces it. */
  pinned?: RuleSnapshot | undefined;
}
