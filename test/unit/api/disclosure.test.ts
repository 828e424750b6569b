import { describe, expect, it } from '@jest/globals';
import { disclosureFindings, isCommonWord, namesFound } from '../../../api/disclosure.ts';

const kinds = (text: string): string[] => disclosureFindings(text).map(({ kind }) => kind);
/** What is said of the text where these object and those are shown. */
const named = (text: string, hidden: string[], shown: string[] = []): string[] =>
  namesFound(text, { hidden, shown }).map(({ zh }) => zh);

describe('what must not be shown', () => {
  it.each([
    ['11010519491231002X', 'idNumber'],
    ['身份证 110105 19491231 002x', 'idNumber'],
    ['１１０１０５１９４９１２３１００２Ｘ', 'idNumber'],
    ['13800138000', 'phone'],
    ['电话：+86 138-0013-8000', 'phone'],
    ['4111 1111 1111 1111', 'bankCard'],
    ['a.b+c@example.edu.cn', 'email'],
    ['ａ＠ｂ．cn', 'email'],
    ['【商业秘密】', 'secret'],
    ['机密★10年', 'secret'],
  ])('%s', (text, kind) => {
    expect(kinds(text)).toEqual([kind]);
  });
});

const found = (...names: string[]): string[] => names.map((name) => `含异议人姓名“${name}”，请删去或改写`);

describe('an objector’s name', () => {
  it('is told with its words, however it stands in the text', () => {
    expect(named('据王小明、李四反映', ['王小明', '李四', '张三'])).toEqual(found('王小明', '李四'));
    expect(namesFound('by Ｗang (1).', { hidden: [' Wang (1) '], shown: [] }).map(({ en }) => en)).toEqual([
      'names an objector: “Wang (1)”; leave it out or reword it',
    ]);
    expect(named('据王小明反映', ['王', '', ' '])).toEqual([]);
  });

  it('is not meant by the same name of a member of the team, nor by a longer one around it', () => {
    expect(named('完成人王伟明参与了实验', ['王伟'], ['王伟明'])).toEqual([]);
    expect(named('完成人王伟明参与了实验，据王伟反映', ['王伟'], ['王伟明'])).toEqual(found('王伟'));
    expect(named('完成人王伟参与了实验', ['王伟'], ['王伟'])).toEqual([]);
    expect(named('据王伟明反映', ['王伟明'], ['王伟'])).toEqual(found('王伟明'));
    expect(named('据王伟明反映', ['伟明'], ['王伟'])).toEqual(found('伟明'));
  });

  it.each(['单位', ' 完成人 ', '本单位完成人', '转化专员', 'Inventor'])('%s is a word of every text, and no name', (name) => {
    expect(isCommonWord(name)).toBe(true);
  });

  it.each(['王伟', '单位王伟', '成方', 'Unitas', '异议人甲乙丙'])('%s may be one', (name) => {
    expect(isCommonWord(name)).toBe(false);
  });
});

describe('what may be shown', () => {
  it.each([
    'ZL202610000001.0',
    '赋权〔2026〕1号',
    '2026-11-21 起 15 日，至 2026-12-07 24:00',
    '1200000.00 元 / CNY',
    '单位 30%，完成人 70%，完成人之间：甲 66.6667%、乙 33.3333%',
    '0471-4392000',
    '登记号 2026SR0123456789',
    '本成果不涉及秘密',
    '1234567890123456',
  ])('%s', (text) => {
    expect(kinds(text)).toEqual([]);
  });
});
