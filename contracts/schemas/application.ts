/** The application as a representative fills it in: complete for sending, or as far as it has come for a draft. */
import { z } from 'zod';
import { civilDate, code, documentRef, documents, fen, LIST, people, percent, sealed, TEXT, uuid } from './values.ts';

export const modes = ['coOwnership', 'fullOwnership', 'useRight'] as const;
const roads = ['agreedIncome', 'saleOfRetainedShare'] as const;
export const conditions = ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'] as const;
export const resultKinds = [
  'patent',
  'softwareCopyright',
  'circuitLayout',
  'plantOrAnimalVariety',
  'biomedicalVariety',
  'veterinaryMedicine',
  'animalVaccine',
  'technicalSecret',
  'other',
] as const;

/** An inventor with the share of the inventors' own part. */
const inventor = z.strictObject({ personId: uuid, share: percent }).transform(({ share, ...rest }) => ({ ...rest, ppm: share }));

export const inventors = z.array(inventor).min(1).max(LIST.people);

const check = z.strictObject({ needed: z.boolean(), document: documentRef.optional() });

const applicationShape = {
  mode: z.enum(modes),
  road: z.enum(roads).optional(),
  achievementId: uuid,
  title: sealed('achievement', TEXT.title),
  summary: sealed('achievement', TEXT.summary).optional(),
  resultKind: z.enum(resultKinds),
  otherKindGrounds: sealed('achievement', TEXT.grounds).optional(),
  resultNumber: code.optional(),
  protectedUntil: civilDate.optional(),
  inventors,
  coOwners: z.array(z.strictObject({ id: uuid, name: sealed('party', TEXT.title) })).max(LIST.people),
  representativeId: uuid,
  unitShare: percent,
  incomeUnitShare: percent,
  exclusions: z.strictObject({
    nationalSecurity: z.boolean(),
    defenceSecurity: z.boolean(),
    publicSecurity: z.boolean(),
    economicSecurity: z.boolean(),
    socialStability: z.boolean(),
  }),
  secrecy: z.strictObject({ secret: z.boolean(), screened: documentRef, approval: documentRef.optional() }),
  conditions: z.partialRecord(z.enum(conditions), z.strictObject({ affirmed: z.boolean(), evidence: documents })),
  burdens: z
    .array(
      z.strictObject({
        kind: z.enum(['licence', 'pledge']),
        description: sealed('achievement', TEXT.grounds),
        consent: documentRef.optional(),
      }),
    )
    .max(LIST.items),
  exportCheck: check,
  ethicsCheck: check,
  plan: z.strictObject({ document: documentRef, partners: z.array(sealed('case', TEXT.title)).max(LIST.people) }).optional(),
  years: z.number().int().min(1).max(100).optional(),
  price: z.strictObject({ intendedFen: fen, buyerIds: people.min(1) }).optional(),
};

/** Percentages take the name that the deciders know them by. */
export const application = z
  .strictObject(applicationShape)
  .transform(({ unitShare, incomeUnitShare, ...rest }) => ({
    ...rest,
    unitPpm: unitShare,
    incomeUnitPpm: incomeUnitShare,
  }))
  .meta({ id: 'Application' });

/**
 * A draft: whatever has been filled in so far, each value within its bounds. It is kept as it was typed, so that what
 * is read back is what was written; the check and the sending parse it whole.
 */
export const applicationDraft = z.strictObject(applicationShape).partial().meta({ id: 'ApplicationDraft' });
