import { describe, expect, it } from '@jest/globals';
import { noticeChanges } from '../../../contracts/noticeChanges.ts';
import type { NoticeContent } from '../../../contracts/schemas.ts';

type Item = NoticeContent['items'][number]['item'];

const notice = (values: Partial<Record<Item, string>>): NoticeContent => ({
  heading: '公示',
  unit: '某大学',
  items: Object.entries(values).map(([item, value]) => ({ item: item as Item, zh: `${item}（中）`, en: item, value })),
});

const pairs = (a: NoticeContent, b: NoticeContent) => noticeChanges(a, b).map(({ item, before, after }) => [item, before, after]);

describe('what an amended notice changes', () => {
  const first = notice({ resultName: '方法', inventors: '甲、乙', sharesOrTerm: '甲 60%、乙 40%', summary: '旧' });

  it('is nothing between a notice and itself', () => {
    expect(noticeChanges(first, first)).toEqual([]);
  });

  it('is each item that differs, old beside new, in the order of the later one', () => {
    const second = notice({ resultName: '方法', sharesOrTerm: '甲 50%、乙 30%、丙 20%', inventors: '甲、乙、丙', summary: '旧' });
    expect(noticeChanges(first, second)).toEqual([
      {
        item: 'sharesOrTerm',
        zh: 'sharesOrTerm（中）',
        en: 'sharesOrTerm',
        before: '甲 60%、乙 40%',
        after: '甲 50%、乙 30%、丙 20%',
      },
      { item: 'inventors', zh: 'inventors（中）', en: 'inventors', before: '甲、乙', after: '甲、乙、丙' },
    ]);
  });

  it('has what came and what went, whichever way it is read', () => {
    const second = notice({ resultName: '方法', inventors: '甲、乙', sharesOrTerm: '甲 60%、乙 40%', incomeSplit: '各半' });
    expect(pairs(first, second)).toEqual([
      ['incomeSplit', null, '各半'],
      ['summary', '旧', null],
    ]);
    expect(pairs(second, first)).toEqual([
      ['summary', null, '旧'],
      ['incomeSplit', '各半', null],
    ]);
  });
});
