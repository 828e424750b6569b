import { describe, expect, it } from '@jest/globals';
import { disclosureFindings } from '../../../api/disclosure.ts';

const kinds = (text: string, names: string[] = []): string[] => disclosureFindings(text, names).map(({ kind }) => kind);

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

  it('an objector’s name, however it stands in the text', () => {
    expect(kinds('据王小明反映', ['王小明'])).toEqual(['objector']);
    expect(kinds('据王小明反映', ['王', ''])).toEqual([]);
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
