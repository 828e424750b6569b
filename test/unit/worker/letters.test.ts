import { describe, expect, it } from '@jest/globals';
import { templates } from '../../../domain/empowerment/index.ts';
import { letters, renderLetter, UnknownTemplate } from '../../../letters/index.ts';
import type { LetterValues } from '../../../letters/letter.ts';

const common = { number: '赋权〔2026〕3号', step: 'publicity', title: '新型催化剂' };
/** What each letter is given beside title, number and step (domain/empowerment/tell.ts, worker/probes). */
const own: Record<string, LetterValues> = {
  returned: { count: 1, items: 2 },
  deliberationAsked: { body: 'leadingGroup' },
  deliberationEnded: { body: 'leadership' },
  quorumLost: { eligible: 3, quorum: 5 },
  decided: { body: 'leadingGroup', outcome: 'approved', minutesNumber: '纪要〔2026〕7号' },
  refused: { by: 'check', clause: 'nm-hei.8c' },
  noticePublished: { kind: 'empowerment', lastDay: '2026-03-16' },
  noticeLengthened: { lastDay: '2026-03-18' },
  publicityGap: { days: '2026-03-10、2026-03-11' },
  noticeInsufficient: { days: '2026-03-16' },
  objectionReceipt: { receivedAt: '2026-03-16T15:59:59.999Z', inTime: 1 },
  objectionAdmitted: { lastDay: '2026-04-01' },
  handlerNamed: { lastDay: '' },
  objectionReply: { outcome: 'upheld', lastDay: '2026-04-10', reply: '经查属实。' },
  objectionOutcome: { outcome: 'upheld', consequence: 'amend' },
  reviewReply: { confirmed: 0 },
  amendmentAsked: { version: 1 },
  agreementToSign: { version: 2 },
  agreementConcluded: { on: '2026-05-06' },
  rightRecorded: { kind: 'useRight', startDate: '2026-06-01', lastDay: '2036-06-01' },
  linked: { others: 1 },
  mendingToConfirm: { mend: 'moveDeadline' },
  mendingRefused: { grounds: '理由不足。' },
  caseHeld: { reason: 'investigation' },
  deadlineMoved: { lastDay: '2026-04-08' },
  taskHandedOver: { act: 'passCheck' },
  taskTakenAway: { act: 'recordFinding' },
  taskDue: { act: 'recordFinding', due: '2026-04-01T16:00:00.000Z' },
  taskOverdue: { act: 'recordFinding', due: '2026-04-01T16:00:00.000Z' },
  titleChangeReminder: { days: 30 },
};

describe('letters', () => {
  it('are written for every template that a case can ask for', () => {
    expect(templates.filter((template) => !Object.hasOwn(letters, template))).toEqual([]);
  });

  it.each(Object.keys(letters))('%s is whole in both languages', (template) => {
    const { subject, text } = renderLetter(template, { ...common, ...own[template] });
    expect(subject).toMatch(/^[^{}[\]]+$/);
    const [zh, en] = text.split('\n\n--\n\n');
    expect(zh).toContain('新型催化剂');
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    expect(en).toMatch(/[a-z]{3}/);
    expect(text).not.toMatch(/[{}]|\[\[|undefined/);
  });

  it('say codes in words and instants in the time of China', () => {
    const { text } = renderLetter('objectionReceipt', { ...common, ...own['objectionReceipt'] });
    expect(text).toContain('已于 2026-03-16 23:59:59 收到，在异议期内');
  });

  it('leave out a part whose value is empty', () => {
    expect(renderLetter('handlerNamed', { ...common, lastDay: '' }).text).not.toContain('期限');
    expect(renderLetter('handlerNamed', { ...common, lastDay: '2026-04-01' }).text).toContain('期限至 2026-04-01');
  });

  it('show that a value has been erased', () => {
    expect(renderLetter('withdrawn', { ...common, title: undefined }).text).toContain('《（已删除）》');
  });

  it('are an error when a template is unknown or a value is missing', () => {
    expect(() => renderLetter('toString', common)).toThrow(UnknownTemplate);
    expect(() => renderLetter('agreementToSign', common)).toThrow('asks for version');
  });
});
