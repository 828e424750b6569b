/** Who stands behind an act: the hand that performs it, and the person whose right it is. */
import type { Actor, Envelope } from './process.ts';

/** Whose right is exercised: under a delegation the person delegated for, else the one who acts. */
export const actingFor = ({ actor }: Pick<Envelope, 'actor'>): string =>
  actor.kind === 'person' ? (actor.onBehalfOf ?? actor.personId) : 'system';

/** Everybody who stands behind an act: who performs it, and whose right it is. */
export const handsOf = ({ actor }: { actor: Actor }): string[] =>
  actor.kind === 'person' ? [actor.personId, ...(actor.onBehalfOf === undefined ? [] : [actor.onBehalfOf])] : [];

/**
 * Whether the act is a second person's. Hand and principal count on both sides: a deputy is no second person to the one
 * deputised for, nor to their own entry.
 */
export const isSecondPerson = (act: Pick<Envelope, 'actor'>, first: readonly (string | undefined)[]): boolean => {
  const hands = handsOf(act);
  return hands.length > 0 && !hands.some((hand) => first.includes(hand));
};
