import { expect } from '@jest/globals';
import type { Call } from '../cli/calls.ts';

/**
 * What needs a running service, in this order: the service of a data folder, with a case whose notice is shown and that has
 * somebody overdue ({overdue}), and one that stands at the check ({case}).
 */
const at = ['--institution', '{institution}'];
const officer = [...at, '--role', 'officer'];
const administrator = [...at, '--role', 'administrator'];
const byToken = [...at, '--url', '{url}', '--token', '{token}'];
const byPerson = [...at, '--person', '{administrator}'];
const reviewer = [...at, '--role', 'departmentReviewer', '--department', 'research'];
const database = ['--database', '{database}'];
const why = ['--reason', '示例理由'];
const pass = ['case', 'act', '{case}', 'passCheck', '--body', '@{pass}'];
const exported = '{dir}/ledger.jsonl';

const token: Call[] = [
  { args: ['token', ...officer, '--json'], json: { roles: ['member', 'officer'] } },
  { args: ['token', '--url', '{url}', ...reviewer], out: /^ey[\w.-]+\n\n[0-9a-f-]{36} \(.*departmentReviewer.*\)\ncurl -s -H/ },
  { args: ['token', '--person', '{administrator}'], out: /\/api\/v1\/me\n$/ },
  { args: ['token', ...at, '--role', 'dean'], code: 1, err: /没有任此角色.* \/ Nobody has this role/ },
];

const seen: Call[] = [
  {
    args: ['case', 'list', ...officer, '--status', 'open', '--step', 'check', '--json'],
    json: { items: [{ id: '{case}', step: 'check' }] },
  },
  { args: ['case', 'list', ...byToken], out: /赋权〔\d{4}〕1号  coOwnership  open  publicity/ },
  { args: ['case', 'list', ...byPerson], out: /示例成果/ },
  { args: ['case', 'list', ...reviewer], out: /coOwnership/ },
  { args: ['case', 'list', ...officer, '--status', 'lost'], code: 1, err: /status/ },
  { args: ['case', 'show', '{case}', ...officer, '--json'], json: { step: 'check', status: 'open' } },
  { args: ['case', 'show', '{case}', ...byToken], out: /check {2}v\d+/ },
  { args: ['case', 'show', '{case}', ...byPerson], out: /open {2}check/ },
  { args: ['case', 'show', '{overdue}', ...reviewer], out: /nm-hei\.8e/ },
  { args: ['case', 'show', '{nobody}', ...officer], code: 1, err: /404 notFound .* \/ / },
];

const agrees = (department: string): string[] =>
  ['case', 'act', '{case}', 'reviewAsDepartment', '--body'].concat(
    JSON.stringify({ department, outcome: 'agree', opinion: '同意。' }),
  );
const deputy = ['--person', '{deputy}', '--on-behalf-of', '{officer}'];
const once = [...pass, ...at, ...deputy, '--key', 'pass-check-once', '--json'];

const acted: Call[] = [
  { args: [...pass, ...byPerson], code: 1, err: /\d{3} \S+ .* \/ / },
  { args: once, json: { outcome: 'done', step: 'departmentReview' } },
  // The same key again: the same answer, and nothing done twice.
  { args: once, json: { outcome: 'done', step: 'departmentReview' } },
  { args: [...pass, ...officer, '--json'], code: 1, json: { status: 409, code: expect.any(String) } },
  { args: [...agrees('research'), ...reviewer], out: /^done {2}departmentReview/ },
  { args: [...agrees('stateAssets'), ...at, '--url', '{url}', '--token', '{reviewer}'], out: /^done {2}groupDecision/ },
];

const stalled: Call[] = [
  {
    args: ['stalled', ...at, '--cause', 'taskOverdue', '--case', '{overdue}', '--json'],
    code: 1,
    json: { items: [{ id: '{finding}', caseId: '{overdue}', cause: 'taskOverdue' }] },
  },
  {
    args: ['stalled', ...administrator],
    code: 1,
    out: /taskOverdue[\s\S]*fuquan repair remind --institution {institution} --finding {finding}/,
  },
  { args: ['stalled', ...byPerson], code: 1, out: /由谁处理 \/ who acts/ },
  { args: ['stalled', '--url', '{url}', '--token', '{operator}', '--case', '{nobody}'], out: /nothing stands still/ },
  { args: ['stalled', ...reviewer], code: 1, err: /403 access\.denied .* \/ / },
];

const repair = (kind: string, ...more: string[]): string[] => ['repair', kind, ...why, ...more];
const repaired: Call[] = [
  { args: repair('remind', ...administrator, '--finding', '{finding}'), out: /dry run/ },
  {
    args: repair('remind', ...byToken, '--cause', 'taskOverdue', '--json'),
    code: 1,
    json: { status: 403, code: 'access.denied' },
  },
  {
    args: repair('remind', ...byPerson, '--cause', 'taskOverdue', '--json'),
    json: { run: false, items: [{ caseId: '{overdue}' }] },
  },
  {
    args: repair('remind', ...at, '--finding', '{finding}', '--run', '--key', 'remind-once'),
    out: /^done/,
    err: /--key remind-once/,
  },
  { args: repair('restart', ...at, '--case', '{overdue}'), out: /dry run/ },
  { args: repair('retry', ...at, '--case', '{overdue}'), code: 1, err: /has nothing that can be repaired in this way/ },
  { args: repair('terminate', '--url', '{url}', '--case', '{overdue}'), code: 1, err: /has nothing that can be repaired/ },
  {
    args: repair('hold', ...reviewer, '--case', '{overdue}', '--body', '{"reason":"papers"}'),
    code: 1,
    err: /403 access\.denied .* \/ /,
  },
  { args: repair('hold', ...at, '--case', '{overdue}', '--body', '{"reason":"papers"}'), out: /wouldDo.*dry run/s },
  { args: repair('hold', ...at, '--case', '{overdue}', '--body', '{"reason":"rain"}'), code: 1, err: /reason: .* \/ / },
  { args: repair('tidy', ...at, '--case', '{overdue}'), code: 1, err: /kind: .* \/ / },
];

const traced: Call[] = [
  { args: ['trace', '{act}', '--json'], json: { acts: [{ id: '{act}', outcome: 'done', caseId: '{case}' }] } },
  { args: ['trace', '{act}', ...database], out: /收件 \/ received {2}passCheck[\s\S]*答复 \/ answered {2}done/ },
  { args: ['trace', '{nobody}'], code: 1, out: /nothing is known of it/ },
];

const kept: Call[] = [
  { args: ['rebuild', '--check', '--json'], code: 1, json: { differences: [{ caseId: '{overdue}', rebuilt: false }] } },
  { args: ['rebuild', ...at, ...database], out: /✓ 已重算 \/ rebuilt {overdue}/ },
  { args: ['rebuild', '--check'], out: /^案件 \/ cases: \d+\n$/ },
  { args: ['rebuild', '--institution', 'none'], code: 2, err: /No institution has the code none/ },
  { args: ['verify'], out: /everything is as it was recorded/ },
  {
    args: ['verify', ...at, ...database, '--key', '{dir}/public.pem', '--json'],
    json: [{ signatures: 'trusted', findings: [] }],
  },
  { args: ['export', ...at, '--out', '{dir}/none/ledger.jsonl'], code: 2, err: /Cannot write/ },
  { args: ['export', ...at, ...database, '--out', exported], out: /rows exported/ },
  {
    args: ['verify', '--file', exported, '--checkpoint', `${exported}.checkpoint`, '--key', '{dir}/public.pem'],
    out: /everything is as it was recorded/,
  },
  { args: ['verify', '--file', exported, '--json'], json: [{ signatures: 'own', findings: [] }] },
  { args: ['verify', '--checkpoint', `${exported}.checkpoint`], out: /everything is as it was recorded/ },
  { args: ['verify', '--file', '{dir}/forged.jsonl'], code: 1, out: /✗ .* \/ / },
];

const keys: Call[] = [
  {
    args: ['keys', 'list', '--json'],
    json: { keys: [{ id: 'local', newest: true, needed: true, openCases: 2 }], historiesRead: 2 },
  },
  { args: ['keys', 'list', ...database, '--no-histories'], out: /^local {2}当前 \/ newest/ },
  { args: ['keys', 'list', '--temporal', '{temporal}', '--cases', 'local'], out: /{case}/ },
  { args: ['keys', 'list', '--no-histories', '--cases', 'local'], code: 2, err: /No histories were read/ },
  { args: ['keys', 'list', '--temporal', '127.0.0.1:1'], code: 2, err: /Temporal（127\.0\.0\.1:1）无法连接/ },
  { args: ['keys', 'rewrap'], out: /everything is under local already[\s\S]*dry run/ },
  {
    args: ['keys', 'rewrap', ...database, '--run', '--batch', '10', '--json'],
    json: { newest: 'local', run: true, left: {}, unopened: [] },
  },
];

const place = ['--kind', 'university', '--province', '150000', '--city', '150200', '--state-founded'];
const founded = [
  'found',
  '--code',
  'new-university',
  '--name',
  '新大学',
  ...place,
  '--login',
  'first',
  '--person',
  '某人',
  '--operator',
  ...database,
];

const people: Call[] = [
  { args: founded, json: { code: 'new-university', operator: true } },
  { args: founded, code: 3, err: /已有代码为 new-university 的单位[\s\S]*There is an institution new-university already/ },
  { args: ['erase', '--person', '{colleague}', ...why, '--json'], json: { openCases: [], done: false } },
  { args: ['erase', '--person', '{inventor}', ...why, '--yes', ...database], code: 1, out: /add --open-cases if it must be/ },
  { args: ['erase', '--person', '{inventor}', ...why, '--open-cases', '--yes'], out: /erased for good/ },
  { args: ['erase', '--party', '{party}', ...why, '--yes'], out: /erased for good/ },
  { args: ['erase', '--party', '{nobody}', ...why], code: 2, err: /There is no such party/ },
];

const demo: Call[] = [
  { args: ['demo', '--only', 'secret'], out: /refused/ },
  { args: ['demo', '--only', 'secret', '--json'], json: { story: 'secret', ok: true } },
];

export const serviceCalls = [
  ...token,
  ...seen,
  ...stalled,
  ...repaired,
  ...acted,
  ...traced,
  ...kept,
  ...keys,
  ...people,
  ...demo,
];
