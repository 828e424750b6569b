/** Acts on objections and on what follows from them. */
import { z } from 'zod';
import { inventors } from './application.ts';
import { documentRef, evidenceOf, fen, instant, LIST, objectId, people, percent, sealed, text, TEXT, uuid } from './values.ts';

const filed = {
  noticeId: objectId,
  grounds: z.array(sealed('actor', TEXT.grounds)).min(1).max(LIST.items),
  evidence: evidenceOf('actor'),
};

const consequence = z.enum(['none', 'amend', 'refuse']);

export const objectionActs = {
  fileObjection: z.strictObject({ ...filed, name: sealed('actor', TEXT.name), contact: sealed('actor', TEXT.contact) }),
  enterPaperObjection: z.strictObject({
    ...filed,
    // The officer only copies the letter: its words belong to whoever wrote it.
    grounds: z.array(sealed('party', TEXT.grounds)).min(1).max(LIST.items),
    evidence: evidenceOf('party'),
    name: sealed('party', TEXT.name),
    contact: sealed('party', TEXT.contact),
    receivedAt: instant,
    proof: documentRef,
    objectorId: uuid.optional(),
  }),
  confirmPaperObjection: z.strictObject({ objectionId: objectId }),
  admitObjection: z.strictObject({ objectionId: objectId, handlers: people.min(1) }),
  rejectObjection: z.strictObject({
    objectionId: objectId,
    reason: z.enum(['anonymous', 'noGrounds', 'notAboutNotice', 'duplicate']),
    explanation: sealed('case', TEXT.grounds),
  }),
  recuseHandler: z.strictObject({
    objectionId: objectId,
    personId: uuid,
    replacement: uuid,
    grounds: sealed('party', TEXT.grounds),
  }),
  recordFinding: z.strictObject({
    objectionId: objectId,
    findings: z
      .array(
        z.strictObject({
          ground: z.number().int().min(0).max(LIST.items),
          upheld: z.boolean(),
          reasons: sealed('case', TEXT.grounds),
        }),
      )
      .min(1)
      .max(LIST.items),
    consequence,
    reply: sealed('case', TEXT.grounds),
  }),
  withdrawObjection: z.strictObject({ objectionId: objectId }),
  requestReview: z.strictObject({ objectionId: objectId, grounds: sealed('actor', TEXT.grounds) }),
  waiveReview: z.strictObject({ objectionId: objectId }),
  recordReview: z.strictObject({
    objectionId: objectId,
    body: text(TEXT.title),
    confirmed: z.boolean(),
    consequence,
    reasons: sealed('case', TEXT.grounds),
    document: documentRef,
  }),
  proposeAmendment: z
    .strictObject({
      inventors,
      unitShare: percent,
      incomeUnitShare: percent,
      priceFen: fen.optional(),
      grounds: sealed('case', TEXT.grounds),
    })
    .transform(({ unitShare, incomeUnitShare, ...rest }) => ({
      ...rest,
      unitPpm: unitShare,
      incomeUnitPpm: incomeUnitShare,
    })),
  signAmendment: z.strictObject({ amendmentVersion: z.number().int().min(1).max(10_000) }),
};
