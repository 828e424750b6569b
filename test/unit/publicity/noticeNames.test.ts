import { describe, expect, it } from '@jest/globals';
import { ERASED_NAME, namesApart, namesIn, namesTogether } from '../../../contracts/noticeNames.ts';
import { noticeText, publishNotice, type NoticeContent } from '../../../contracts/schemas.ts';

const ref = (n: number) => ({ sealed: `00000000-0000-4000-8000-00000000000${n}`, digest: String(n).repeat(64) });
const content: NoticeContent = {
  heading: '公示',
  unit: '某大学',
  items: [
    { item: 'inventors', zh: '完成人', en: 'inventors', value: '王小、王小明、O"Neil (A.*)' },
    { item: 'sharesOrTerm', zh: '份额', en: 'shares', value: '王小明 60%、王小 30%、O"Neil (A.*) 10%' },
  ],
};
const names = ['王小', '王小明', 'O"Neil (A.*)'].map((name, i) => ({ name, ref: ref(i + 1) }));
const known = new Map(names.map(({ name, ref: { sealed } }) => [sealed, name]));

const sent = (value: string) =>
  publishNotice.safeParse({
    kind: 'empowerment',
    content: { ...content, items: [{ item: 'objectionRoute', zh: '途径', en: 'route', value }] },
    contentDigest: '0'.repeat(64),
    place: '公示栏',
  }).success;

describe('a notice kept with its names apart', () => {
  const kept = namesApart(content, names);

  it('holds no name, and one mark for each wherever it stood', () => {
    for (const { name } of names) expect(kept).not.toContain(name);
    expect(new Set(namesIn(kept).map(({ sealed }) => sealed))).toEqual(new Set(known.keys()));
    expect(namesIn(kept)).toHaveLength(6);
  });

  it('is put together to the very text that was confirmed', () => {
    expect(namesTogether(kept, known)).toBe(noticeText(content));
    expect(namesApart(content, [])).toBe(noticeText(content));
  });

  it('shows a neutral word for a name that is erased, and the others as before', () => {
    known.delete(ref(2).sealed);
    const { items } = JSON.parse(namesTogether(kept, known)) as NoticeContent;
    expect(items[0]?.value).toBe(`王小、${ERASED_NAME}、O"Neil (A.*)`);
  });

  it('is never one whose author wrote a mark: it would open what is sealed for others', () => {
    expect([sent('书面送交'), sent(`⟦${ref(1).sealed}:${ref(1).digest}⟧`)]).toEqual([true, false]);
  });
});
