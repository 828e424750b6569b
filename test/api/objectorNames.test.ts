import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noticeText, type NoticeContent } from '../../contracts/schemas.ts';
import { addDays } from '../../domain/time/index.ts';
import { installClock, setClock } from '../../runtime/rehearsing/clock.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { sendSystemAct } from '../../worker/systemActs.ts';
import { waitFor } from '../harness/services.ts';
import { testApi, type TestApi } from './service.ts';
import { withThisYear } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** What objectors give for their names: a common word, the beginning of inventors' names, and that of one who joins. */
const given = { colleague1: '单位', colleague2: '青示例完成人', letter: '青示例完成人三' };
const account = '青示例教师一';

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;
let paperId: string;

const noon = (day: string): string => new Date(`${day}T12:00:00+08:00`).toISOString();

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 30_000 });
  await withThisYear(api);
  const today = addDays(new Date().toISOString().slice(0, 10), 1);
  await installClock(api.pool, noon(today));
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  const noticeId = await walk.toPublicity();
  const words = { contact: '联系方式（示例）', grounds: ['应列为完成人。'], evidence: [] };
  for (const who of ['colleague1', 'colleague2'] as const) {
    const { actId } = await walk.does(who, 'fileObjection', { noticeId, name: given[who], ...words });
    await walk.does('officer1', 'rejectObjection', { objectionId: actId, reason: 'noGrounds', explanation: '未写明理由。' });
    await walk.does(who, 'waiveReview', { objectionId: actId });
  }
  const [receivedAt, proof] = [noon(today), await walk.upload('officer1', '信封邮戳')];
  const entered = await walk.does('officer1', 'enterPaperObjection', {
    noticeId,
    name: given.letter,
    receivedAt,
    proof,
    ...words,
  });
  paperId = entered['actId'] as string;
  await walk.does('officer2', 'confirmPaperObjection', { objectionId: paperId });
  await walk.does('officer1', 'admitObjection', { objectionId: paperId, handlers: [walk.person('colleague3')] });
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

const told = (name: string) => ({
  zh: `含异议人姓名“${name}”，请删去或改写`,
  en: `names an objector: “${name}”; leave it out or reword it`,
});

const finding = (reasons: string) => ({
  objectionId: paperId,
  findings: [{ ground: 1, upheld: true, reasons }],
  consequence: 'amend',
  reply: '异议成立。',
});

describe('names that objectors give', () => {
  it('do not keep grounds from being written in common words, nor of members of the team', async () => {
    const path = `${walk.base}/cases/${walk.caseId}/acts/preview`;
    const hold = async (grounds: string) => {
      const { body } = await (
        await walk.client('officer1')
      ).send('post', path, { type: 'hold', body: { reason: 'papers', grounds } });
      return [body.outcome ?? body.code, body.errors];
    };
    expect(await hold('等待单位补充青示例完成人一的材料。')).toEqual(['wouldDo', undefined]);
    expect(await hold(`等待${account}的材料。`)).toEqual([
      'objection.namesObjector',
      [{ pointer: '/body/grounds', ...told(account) }],
    ]);
  });

  it('do not keep a finding from being made', async () => {
    // Who handles one objection is told nothing of the others.
    const named = await walk.tries(
      'colleague3',
      'recordFinding',
      finding(`${given.letter}参与了实验，${given.colleague2}也在场`),
    );
    expect([named.status, named.body.code, named.body.errors]).toEqual([
      422,
      'objection.namesObjector',
      [{ pointer: '/body/findings/0/reasons', ...told(given.letter) }],
    ]);
    await walk.does('colleague3', 'recordFinding', finding('单位的实验记录和青示例完成人二的说明证明其参与。'));
  });

  it('do not keep an amended notice from being published, which names the one who has joined', async () => {
    await windowEnds();
    const inventors = [
      ['inventor1', '50'],
      ['inventor2', '30'],
      ['inventor3', '20'],
    ].map(([key = '', share]) => ({ personId: walk.person(key), share }));
    await walk.does('inventor1', 'proposeAmendment', { inventors, unitShare: '30', incomeUnitShare: '30', grounds: '增列。' });
    for (const who of ['inventor1', 'inventor2', 'inventor3']) await walk.does(who, 'signAmendment', { amendmentVersion: 1 });
    await walk.decide('领纪〔2026〕2号');
    const { body } = await walk.get('officer1', `/cases/${walk.caseId}/notice-draft`);
    const draft = body as { content: NoticeContent; kind: string; findings: object[] };
    expect(draft.findings).toEqual([]);
    expect(JSON.stringify(draft.content)).toContain(given.letter);
    const at = draft.content.items.findIndex(({ item }) => item === 'objectionRoute');
    const publish = async (value: string) => {
      const items = draft.content.items.map((one, i) => (i === at ? { ...one, value } : one));
      const content = { ...draft.content, items };
      const contentDigest = createHash('sha256').update(noticeText(content)).digest('hex');
      return walk.tries('officer1', 'publishNotice', { kind: draft.kind, content, contentDigest, place: '公示栏' });
    };
    const named = await publish(`上次由${account}、${given.colleague2}提出异议，请书面送交单位。`);
    expect([named.status, named.body.code, named.body.errors]).toEqual([
      422,
      'notice.disclosure',
      [given.colleague2, account].map((name) => ({ pointer: `/body/content/items/${at}/value`, ...told(name) })),
    ]);
    const published = await publish(`书面送交单位，或联系${given.letter}以外的人员。`);
    expect([published.status, published.body.errors]).toEqual([200, undefined]);
  });
});

/** What the case's own timer does, which here goes by the machine's clock and not by the legal one. */
async function windowEnds(): Promise<void> {
  const { notices } = (await walk.get('officer1', `/cases/${walk.caseId}`)).body as {
    notices: { id: string; lastDay: string }[];
  };
  const { id, lastDay } = notices[0]!;
  await setClock(api.pool, noon(addDays(lastDay, 1)));
  const institutionId = sampleInstitutionId('hohhot-university');
  const body = { noticeId: id };
  await sendSystemAct(api.pool, { institutionId, caseId: walk.caseId, type: 'closeWindow', body, reason: `ends ${id}` });
  const answered = async () => (await api.pool.query('SELECT 1 FROM inbox WHERE answered_at IS NULL')).rowCount === 0;
  await waitFor(answered, { what: 'an answer to each act', timeoutMs: 60_000 });
}
