/** What most endpoints share: parameters, paging, and the shapes that recur in answers. */
import { z } from 'zod';
import { uuid } from '../../contracts/schemas.ts';
import type { Context } from '../route.ts';

/** An institution's code in the path. */
const institutionCode = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

export const inInstitution = z.object({ institution: institutionCode });
export const inCase = inInstitution.extend({ caseId: uuid });

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});

/** A page of items; `next` leads on and is absent on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().optional() });

/** A list that always fits into one answer. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

export const isoInstant = z.string().meta({ format: 'date-time' });
export const isoDate = z.string().meta({ format: 'date' });
export const bilingual = z.object({ zh: z.string(), en: z.string() });
/** A text that was sealed: null when its subject has been erased. */
export const openedText = z.string().nullable();

/** One page out of rows of which one more than `limit` was asked for. */
export function pageFrom<R, T>(
  context: Context,
  list: unknown,
  limit: number,
  rows: readonly R[],
  key: (row: R) => string[],
  show: (row: R) => T,
): { items: T[]; next?: string } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(show), ...(more ? { next: context.deps.cursors.sign(key(last), list) } : {}) };
}

/** The sort key behind which the page begins, if a cursor was sent. */
export function startOf(context: Context, list: unknown, cursor: string | undefined, length: number): string[] | undefined {
  return cursor === undefined ? undefined : context.deps.cursors.read(cursor, list, length);
}

/** What tells one caller's list from another's: its name, institution, caller and filters. */
export function listId(context: Context, name: string, filters: Record<string, unknown> = {}): unknown {
  const { caller } = context;
  const given = Object.fromEntries(
    Object.entries(filters).filter(([key, value]) => value !== undefined && key !== 'cursor' && key !== 'limit'),
  );
  return {
    name,
    person: caller.personId,
    institution: (context.params && (context.params as { institution?: string }).institution) || null,
    filters: given,
  };
}

/** Without entries that are null or undefined: absent in the answer rather than empty. */
export function present<T extends object>(value: T): { [K in keyof T as T[K] extends null ? never : K]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined)) as never;
}
