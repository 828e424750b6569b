/** The shape of every key's value. A value that does not fit is turned away at load, with its key. */
import { z } from 'zod';
import type { RuleKey, RuleValues, Share, ShareBase } from '../domain/rules.ts';
import { forStepTimes } from '../domain/timedSteps.ts';

const n = z.int().min(1);
const unit = z.enum(['workingDay', 'calendarDay', 'month', 'year']);
const floor = z.strictObject({ bound: z.literal('atLeast'), n, unit });
// Those who ask for a use right ask in years; a floor in months would be read as years.
const yearFloor = z.strictObject({ bound: z.literal('atLeast'), n, unit: z.literal('year') });
const ceiling = z.strictObject({ bound: z.literal('atMost'), n, unit });
// Counted back from an end, which years of unknown calendars must not move.
const beforehand = z.strictObject({ bound: z.literal('atLeast'), n, unit: z.enum(['calendarDay', 'month', 'year']) });
const decidedBy = z.enum(['leadingGroup', 'leadership']);
const years = z.int().min(1).max(100);
const fen = z.int().min(0);
const text = z.string().min(1);
const yes = z.boolean();

/** Bounds are fixed per key: the law gives publicity a floor and a departure a ceiling, and a slip would turn it round. */
function shareOf(of: ShareBase): z.ZodType<Share> {
  return z.strictObject({
    bound: z.literal('atLeast'),
    percent: z.number().gt(0).max(100),
    of: z.literal(of),
  });
}

/** A list without repetitions. */
function listOf<T extends z.ZodType<string>>(one: T, least = 0): z.ZodType<z.infer<T>[]> {
  return z
    .array(one)
    .min(least)
    .refine((all) => new Set(all).size === all.length);
}

const resultKind = z.enum([
  'patent',
  'softwareCopyright',
  'circuitLayout',
  'plantOrAnimalVariety',
  'biomedicalVariety',
  'veterinaryMedicine',
  'animalVaccine',
  'technicalSecret',
  'other',
]);

const noticeItem = z.enum([
  'resultName',
  'resultNumber',
  'inventors',
  'mode',
  'sharesOrTerm',
  'incomeSplit',
  'period',
  'objectionRoute',
  'intendedPrice',
  'relatedParty',
  'summary',
]);

/** The five subjects of nm-hei.6b. */
export const coveredSubjects = [
  'registrationAndFiling',
  'conversion',
  'disposalAndDistribution',
  'organisation',
  'objections',
] as const;

export type CoveredSubject = (typeof coveredSubjects)[number];

/** The five interests of nm-pilot.2a and hlj.5b. */
export const fiveExclusions = [
  'nationalSecurity',
  'defenceSecurity',
  'publicSecurity',
  'economicSecurity',
  'socialStability',
] as const;

export const valueSchemas: { [K in RuleKey]: z.ZodType<RuleValues[K]> } = {
  'empowerment.modes': listOf(z.enum(['coOwnership', 'fullOwnership', 'useRight']), 1),
  'empowerment.fullOwnership.road': z.enum(['agreedIncome', 'saleOfRetainedShare']),
  'empowerment.exclusions': z.strictObject({ asked: listOf(z.enum(fiveExclusions)), bars: yes }),
  'empowerment.secret': z.enum(['barred', 'approvalFirst']),
  'empowerment.kinds': listOf(resultKind, 1),
  'empowerment.conditions': listOf(z.enum(['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'])),
  'empowerment.exportCheck': yes,
  'empowerment.ethicsCheck': yes,
  'empowerment.teamConsent': z.strictObject({ unanimous: yes }),
  'empowerment.coOwnership.writtenAgreement': yes,
  'empowerment.useRight.plan': yes,
  'empowerment.useRight.term': yearFloor,
  'empowerment.useRight.survivesLeaving': yes,
  'empowerment.useRight.shortProtection': z.enum(['termToExpiry', 'refuse']),
  'empowerment.agreement.terms': listOf(z.enum(['incomeSplit', 'decisionMechanism', 'costSharing', 'maintenanceFees'])),
  'empowerment.titleChange': z.strictObject({
    required: yes,
    withoutRegistry: z.literal('handoverRecord'),
    kindsWithoutRegistry: listOf(resultKind),
  }),
  'empowerment.titleChange.reminderDays': z.array(n),
  'publicity.coOwnership': floor,
  'publicity.fullOwnership': floor,
  'publicity.useRight': floor,
  'publicity.price': floor,
  'publicity.empowerment.contents': listOf(noticeItem, 1),
  'publicity.price.contents': listOf(noticeItem, 1),
  'publicity.order': z.enum(['approveThenPublish', 'publishThenApprove']),
  'publicity.audience': z.enum(['institution', 'public']),
  'publicity.gapLengthens': yes,
  'decision.group.departments': listOf(text),
  'decision.group.quorum': n,
  'decision.majority': z
    .strictObject({ of: z.enum(['present', 'eligible']), numerator: n, denominator: n, compare: z.enum(['moreThan', 'atLeast']) })
    .refine((one) => one.numerator <= one.denominator),
  'decision.leadership.form': z.enum(['presidentsMeeting', 'partyCommittee']),
  'decision.leadership.quorum': n,
  'decision.collective': z.strictObject({ groupFirst: yes, leadershipForMajor: yes }),
  'decision.majorMatters': listOf(
    z.enum(['fullOwnership', 'coOwnership', 'useRight', 'priceAtOrAbove', 'relatedParty', 'secret', 'exclusionAnswered']),
  ),
  'decision.majorPriceFen': fen,
  'review.departments': z.strictObject({ departments: listOf(text), rule: z.enum(['all', 'any']) }),
  'objection.handling': ceiling,
  'objection.review': z.strictObject({ body: text, askWithin: ceiling, within: ceiling }),
  ...forStepTimes(() => ceiling),
  'overlay.covers': listOf(z.enum(coveredSubjects)),
  'useRight.report.every': z.strictObject({ bound: z.literal('atMost'), n, unit: z.enum(['month', 'year']) }),
  'useRight.income.payWithin': ceiling,
  'useRight.reminderDays': z.array(n),
  'useRight.breach.cure': floor,
  'useRight.breach.decidedBy': decidedBy,
  'renewal.conditions': listOf(z.enum(['agreementKept', 'progressMade', 'incomeGood'])),
  'renewal.arrearsToleranceFen': fen,
  'renewal.opens': beforehand,
  'renewal.closes': beforehand,
  'renewal.years': z.strictObject({ least: years, most: years }).refine((one) => one.least <= one.most),
  'renewal.decidedBy': decidedBy,
  'renewal.publicity': floor,
  'renewal.holdover': ceiling,
  'renewal.reminderDays': z.array(n),
  'pricing.channels': listOf(z.enum(['negotiation', 'listing', 'auction']), 1),
  'distribution.rewardShare': shareOf('netIncomeOrEquity'),
  'distribution.officeShareOfReward': shareOf('rewardTotal'),
  'distribution.officeShareOfIncome': shareOf('conversionIncome'),
  'distribution.serviceReward': shareOf('netServiceIncome'),
  'distribution.ownImplementation': z.strictObject({ share: shareOf('operatingProfit'), years: n }),
  'distribution.surplusShare': shareOf('horizontalSurplus'),
  'distribution.fundShare': shareOf('netConversionIncome'),
  'distribution.fundFrom': z.enum(['unitShare', 'wholeIncome']),
  'distribution.publicity': floor,
  'distribution.payment': ceiling,
  'distribution.deductedCosts': listOf(text),
  'distribution.incomeBasis': z.enum(['received', 'contracted']),
  'distribution.ratioDate': z.enum(['contract', 'receipt', 'decision']),
  'departure.term': ceiling,
  'departure.extension': z.strictObject({ allowed: yes }),
  'departure.earlierTerms': z.enum(['thisInstitution', 'everyInstitution', 'none']),
  'leader.chiefEquity': z.enum(['exception', 'withApproval']),
  'leader.divestment': ceiling,
  'leader.restrictionMonthsAfterOffice': z.int().min(0),
  'horizontal.keyProject': z.strictObject({ projectFen: fen, yearFen: fen }),
  'horizontal.thresholdScope': z.enum(['project', 'person', 'institution']),
  'secret.filing': ceiling,
  'report.annualDue': z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/),
};
