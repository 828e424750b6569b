/**
 * Names on a notice are kept apart from its text, each under its person's own key: erasing the person erases the name
 * there too, and the rest of what was shown stays readable. In the kept text a mark stands for a name, with the id and
 * the salted digest of the sealed value, so that the digest of the text covers the digests of the names.
 */
import { canonicalJson } from './canonical.ts';
import type { NoticeContent } from './schemas/notice.ts';
import type { SealedRef } from '../domain/process.ts';

const MARK = /⟦([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9a-f]{64})⟧/g;

/** What stands where a name was erased. */
export const ERASED_NAME = '（姓名已依法删除 / name erased）';

/** Whether the text holds what would be taken for a mark; nobody may write one. */
export const holdsMark = (text: string): boolean => text.search(MARK) >= 0;

/** Finds any of the words; the longest first, since one may be the beginning of another. */
export function anyOf(words: readonly string[]): RegExp | undefined {
  const sorted = [...new Set(words)]
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return sorted.length === 0 ? undefined : new RegExp(sorted.join('|'), 'g');
}

/** The content as the text that is kept: a mark for every name. */
export function namesApart(content: NoticeContent, names: readonly { name: string; ref: SealedRef }[]): string {
  const marks = new Map(names.map(({ name, ref }) => [name, `⟦${ref.sealed}:${ref.digest}⟧`]));
  const any = anyOf([...marks.keys()]);
  if (!any) return canonicalJson(content);
  const items = content.items.map((one) => ({ ...one, value: one.value.replaceAll(any, (name) => marks.get(name) ?? name) }));
  return canonicalJson({ ...content, items });
}

/** The names that a kept text marks. */
export const namesIn = (kept: string): SealedRef[] =>
  [...kept.matchAll(MARK)].map(([, sealed = '', digest = '']) => ({ sealed, digest }));

/** The text as it was shown, with a neutral word where a name has been erased. */
export function namesTogether(kept: string, names: ReadonlyMap<string, string>): string {
  // The kept text is JSON: what is put into it must be JSON too.
  return kept.replaceAll(MARK, (_, id: string) => JSON.stringify(names.get(id) ?? ERASED_NAME).slice(1, -1));
}
