/** What an amended notice changes: two published texts, neither of which ever changes, held side by side. */
import type { NoticeContent } from './schemas/notice.ts';

/** One item as it was shown before and as it is shown now; null where it was not shown at all. */
export interface NoticeChange {
  item: string;
  zh: string;
  en: string;
  before: string | null;
  after: string | null;
}

const valueIn = ({ items }: NoticeContent, wanted: string): string | null =>
  items.find(({ item }) => item === wanted)?.value ?? null;

/** The items that differ, in the order of the later notice; then those that it no longer shows. */
export function noticeChanges(before: NoticeContent, after: NoticeContent): NoticeChange[] {
  const gone = before.items.filter(({ item }) => valueIn(after, item) === null);
  return [...after.items, ...gone]
    .map(({ item, zh, en }) => ({ item, zh, en, before: valueIn(before, item), after: valueIn(after, item) }))
    .filter((one) => one.before !== one.after);
}
