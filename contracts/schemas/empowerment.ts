/** What the API takes for every act of an empowerment case that a person can do. Key by key it becomes `Bodies`. */
import { z } from 'zod';
import { application, conditions } from './application.ts';
import { bodyActs, mendingActs, namedDecision, transition } from './common.ts';
import { publishNotice } from './notice.ts';
import { objectionActs } from './objections.ts';
import {
  civilDate,
  code,
  department,
  documentRef,
  fen,
  LIST,
  objectId,
  people,
  percent,
  sealed,
  text,
  TEXT,
  uuid,
} from './values.ts';

const grounds = sealed('case', TEXT.grounds);
const years = z.number().int().min(1).max(100);
/** Which version of an application or agreement a person says yes to. */
const version = z.number().int().min(1).max(10_000);
const term = sealed('case', TEXT.grounds);

/** Where an item to be corrected stands: a JSON pointer into the application. */
const pointer = z
  .string()
  .max(TEXT.title)
  .regex(/^(?:\/[A-Za-z0-9_-]{1,64}){0,12}$/);

const agreementText = z.strictObject({
  document: documentRef,
  terms: z.partialRecord(z.enum(['incomeSplit', 'decisionMechanism', 'costSharing', 'maintenanceFees']), term),
  countsFirstDay: z.boolean(),
  startsOn: civilDate.optional(),
  years: years.optional(),
  stages: z
    .array(z.strictObject({ years, unconditional: z.boolean() }))
    .min(1)
    .max(LIST.people)
    .optional(),
  maintenance: z
    .strictObject({ unitShare: percent })
    .transform(({ unitShare }) => ({ unitPpm: unitShare }))
    .optional(),
  survivesLeaving: z.boolean().optional(),
  priceFen: fen.optional(),
});

const receipt = z.strictObject({
  kind: z.enum(['registry', 'handoverRecord']),
  number: code.optional(),
  on: civilDate,
  document: documentRef,
  signedBy: people.optional(),
});

/** The body of each act. Acts of the system alone have none: nobody can send them. */
export const actSchemas = {
  sendForConsent: z.strictObject({ application }),
  consent: z.strictObject({ applicationVersion: version }),
  declineConsent: z.strictObject({ grounds: sealed('actor', TEXT.grounds) }),
  recordCoOwnerConsent: z.strictObject({ coOwnerId: uuid, document: documentRef }),
  amendApplication: z.strictObject({ application }),
  submit: z.strictObject({ representationConfirmed: z.literal(true) }),
  returnForCorrection: z.strictObject({
    items: z
      .array(z.strictObject({ at: pointer, text: grounds }))
      .min(1)
      .max(LIST.items),
  }),
  passCheck: z.strictObject({
    conditions: z.array(z.enum(conditions)).max(conditions.length),
    secrecyChecked: z.literal(true),
    remarks: grounds.optional(),
  }),
  refuseApplication: z.strictObject({ grounds, decision: namedDecision.optional() }),
  reviewAsDepartment: z.strictObject({
    department,
    outcome: z.enum(['agree', 'agreeOnConditions', 'object']),
    opinion: grounds,
  }),
  ...bodyActs,
  publishNotice,
  recordPublicityGap: z.strictObject({ noticeId: objectId, days: z.array(civilDate).min(1).max(LIST.days), grounds }),
  takeDownNotice: z.strictObject({ noticeId: objectId, grounds }),
  ...objectionActs,
  stateResult: z.strictObject({ document: documentRef, remarks: grounds.optional() }),
  proposeAgreement: agreementText,
  signAgreement: z.strictObject({ agreementVersion: version }),
  recordCoOwnerSignature: z.strictObject({ agreementVersion: version, coOwnerId: uuid, document: documentRef }),
  recordTitleChange: receipt,
  grantUseRight: z.strictObject({ startsOn: civilDate }),
  tagLedger: z.strictObject({
    attribute: z.enum(['granted', 'notGranted']),
    stage: z.enum(['research', 'development', 'undistinguished']),
    conversion: z.enum(['notConverted', 'intended', 'converted']),
    place: text(TEXT.title).optional(),
  }),
  withdraw: z.strictObject({ grounds }),
  proposeRepresentative: z.strictObject({ personId: uuid }),
  consentToRepresentative: z.strictObject({ personId: uuid }),
  recordLifeEvent: z.strictObject({
    personId: uuid,
    kind: z.enum(['died', 'retired', 'left']),
    on: civilDate,
    document: documentRef,
  }),
  recordHeirs: z.strictObject({
    personId: uuid,
    document: documentRef,
    // Under the case's key: the deceased's own may be destroyed before the heirs are known.
    heirs: z.array(sealed('case', TEXT.title)).min(1).max(LIST.people),
  }),
  resolveLink: z.strictObject({
    outcome: z.enum(['merged', 'split', 'refused']),
    otherCaseId: uuid,
    newAchievementId: uuid.optional(),
    grounds,
  }),
  ...mendingActs,
  correctDeath: z.strictObject({ personId: uuid, grounds }),
  transitionRules: transition.extend({ newNotice: z.boolean() }),
};

/** Acts that a person can send. */
export type PersonAct = keyof typeof actSchemas;
