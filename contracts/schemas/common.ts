/** What the API takes for the acts that every process has: decisions by a body, mending, and the move to new rules. */
import { z } from 'zod';
import { civilDate, documentRef, LIST, objectId, people, sealed, sha256, text, TEXT, uuid } from './values.ts';

const body = z.enum(['leadingGroup', 'leadership']);
const grounds = sealed('case', TEXT.grounds);
const minutesNumber = text(TEXT.name);

/** Whose decision something is, and by which minutes. */
export const namedDecision = z.strictObject({ body, minutesNumber, minutes: documentRef });

export const bodyActs = {
  nameSubstitute: z.strictObject({ body, for: uuid, personId: uuid, grounds }),
  recordDecision: z.strictObject({
    body,
    heldOn: civilDate,
    minutesNumber,
    minutes: documentRef,
    present: people,
    substitutes: z.array(z.strictObject({ personId: uuid, for: uuid })).max(LIST.people),
    recusals: z.array(z.strictObject({ personId: uuid, reason: sealed('party', TEXT.grounds) })).max(LIST.people),
    votes: z.array(z.strictObject({ personId: uuid, vote: z.enum(['approve', 'reject', 'abstain']) })).max(LIST.people),
    outcome: z.enum(['approved', 'rejected']),
    conditions: z.array(grounds).max(LIST.items),
    grounds: grounds.optional(),
  }),
};

/** A person's task, by its key. */
const seat = z
  .string()
  .max(TEXT.title)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}:._-]*$/u);

export const mendingActs = {
  hold: z.strictObject({ reason: z.enum(['dispute', 'investigation', 'authority', 'papers', 'other']), grounds }),
  resume: z.strictObject({ grounds }),
  moveDeadline: z.strictObject({ deadline: objectId, lastDay: civilDate, grounds }),
  reassign: z.strictObject({ seat, to: uuid, grounds }),
  confirmMending: z.strictObject({ mendingId: objectId }),
  refuseMending: z.strictObject({ mendingId: objectId, grounds }),
};

export const transition = z.strictObject({ toHash: sha256, minutesNumber, minutes: documentRef, grounds });
