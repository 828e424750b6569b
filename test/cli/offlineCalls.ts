import type { Call } from './calls.ts';

/** A deadline that is right, to be made wrong. */
const deadline = ['deadline', '--start', '2026-03-02', '--bound', 'atLeast', '--n', '15', '--unit', 'workingDay'];
const nowhere = 'postgresql://127.0.0.1:1/nothing';
const person = '00000000-0000-4000-8000-000000000000';

/** What needs no service. */
export const offlineCalls: Call[] = [
  {
    args: [...deadline, '--counts-first-day', '--calendar', '{calendar}', '--json'],
    json: { lastDay: '2026-03-19', calendarVersion: 'x.1' },
  },
  { args: ['deadline', '--csv', '{rows}'], json: { row: 2, lastDay: '2026-03-23' } },
  { args: ['clauses', '--json'], out: /"state": "carried"/ },
  // While a clause is open.
  { args: ['clauses', '--open', '--strict'], code: 1, out: /clauses: \d+ carried, \d+ open/, err: /未落实 \/ open: / },
  { args: ['clauses', '--markdown', '{dir}/clauses.md'] },
];

/** Calls with a mistake: told in one line in both languages, with what is wrong. */
export const mistakes: Call[] = [
  { args: ['nothing'], err: /未知命令 \/ unknown command 'nothing'/ },
  { args: ['case', 'nothing'], err: /fuquan case: 未知命令/ },
  { args: [...deadline, '--calendar', '{rows}'], err: /不是 JSON/ },
  { args: ['clauses', '--markdown', '{dir}/none/x.md'], err: /Cannot write/ },
  { args: ['case', 'list', '--role', 'officer'], err: /请用 --institution 指明单位/ },
  { args: ['case', 'list', '--institution', 'x'], err: /没有运行中的服务/ },
  { args: ['case', 'show', 'x', '--institution', 'x', '--token', 't', '--url', 'http://127.0.0.1:1'], err: /cannot reach/ },
  {
    args: ['case', 'show', 'x', '--institution', 'x', '--token', 't', '--url', 'nonsense', '--json'],
    out: /cannot reach nonsense/,
  },
  { args: ['token', '--url', 'http://127.0.0.1:1'], err: /--role 或 --person/ },
  { args: ['stalled'], err: /run npm start first/ },
  {
    args: ['repair', 'remind', '--reason', 'x', '--url', 'http://127.0.0.1:1', '--token', 't'],
    err: /one of --case, --finding, --cause/,
  },
  {
    args: ['repair', 'hold', '--reason', 'x', '--url', 'http://127.0.0.1:1', '--token', 't', '--case', 'x', '--cause', 'y'],
    err: /one of --case, --finding, --cause/,
  },
  ...['{', '@{dir}/none.json'].map((body) => ({
    args: ['repair', 'hold', '--reason', 'x', '--url', 'http://127.0.0.1:1', '--token', 't', '--case', 'x', '--body', body],
    err: /不是合法的 JSON|Cannot read/,
  })),
  { args: ['demo', '--only', 'none'], err: /no such story/ },
  { args: ['demo'], err: /Run npm start in another terminal first/ },
  { args: ['trace', 'zzz'], err: /不是 traceId/ },
  { args: ['trace', person], err: /No service runs here/ },
  { args: ['trace', person, '--database', 'nonsense'], err: /begins with postgresql/ },
  { args: ['verify', '--file', '{dir}/none'], err: /Cannot read/ },
  { args: ['verify', '--file', '{rows}'], err: /is no exported ledger/ },
  { args: ['verify', '--file', '{rows}', '--checkpoint', '{dir}/none'], err: /读不到/ },
  { args: ['verify', '--file', '{rows}', '--key', '{rows}'], err: /holds no public key/ },
  { args: ['export', '--institution', 'x', '--out', '{dir}/x'], err: /holds no signing key/ },
  { args: ['keys', 'list'], err: /没有主密钥/ },
  { args: ['keys', 'rewrap', '--batch', '0'], err: /takes a positive number/ },
  { args: ['erase', '--reason', 'x'], err: /--person 或 --party/ },
  { args: ['erase', '--reason', 'x', '--person', person, '--party', person], err: /--person 或 --party/ },
  { args: ['erase', '--reason', 'x', '--person', 'someone'], err: /must be a UUID/ },
  ...[
    ['school', 'abc', '150000', /单位类型须为/],
    ['university', 'ABC', '150000', /单位代码格式不符/],
    ['university', 'abc', 'NM', /six digits/],
  ].map(([kind, code, province, err]) => ({
    args: [
      'found',
      '--code',
      code,
      '--name',
      'x',
      '--kind',
      kind,
      '--province',
      province,
      '--login',
      'x',
      '--person',
      'x',
    ] as string[],
    err: err as RegExp,
  })),
].map((call) => ({ ...call, code: 2 }));

/** What fails for no mistake of the caller's: told with code 3, and in both languages all the same. */
export const failures: Call[] = [
  { args: ['rebuild', '--check', '--database', nowhere], err: /数据库无法使用：.* \/ The database cannot be used/ },
  { args: ['verify', '--database', nowhere], err: /The database cannot be used/ },
].map((call) => ({ ...call, code: 3 }));
