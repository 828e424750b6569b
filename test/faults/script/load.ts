/**
 * People at work: each leads one case after the other over HTTP, from the draft to the registered right, and others of the
 * case act at the same moment. Legal time passes meanwhile, so that windows end under the faults too.
 */
import { paperOf } from '../../../cli/demo/story.ts';
import type { SampleName } from '../../../runtime/samplePeople.ts';
import { pause } from '../../../worker/backoff.ts';
import { waitFor } from '../../harness/services.ts';
import { asked } from '../support/asking.ts';
import { setClock } from '../support/clock.ts';
import { HttpStage, HttpStory } from '../support/stage.ts';
import type { Stack } from '../support/stack.ts';
import { Random } from './random.ts';

const team = { inventor1: '50', inventor2: '30', inventor3: '20' };
const institutions: SampleName[] = ['hohhot-university', 'baotou-university', 'baotou-institute', 'harbin-university'];
/** How often to look whether time should pass. */
const LOOK_EVERY_MS = 1_000;
/** So long nobody is kept waiting for a window whose end nobody else waits for. */
const LONGEST_WAIT_MS = 8_000;
/** Each passage takes half a month and more out of the years there are, and a long run must do with them. */
const LEAST_BETWEEN_MS = 20_000;
const MINUTE_MS = 60_000;

export interface LoadOptions {
  people: number;
  seed: number;
}

export class Load {
  /** Cases led to their end. */
  finished = 0;
  /** Walks that ended otherwise than in law; each is a fault of the service. */
  readonly broken: Error[] = [];
  readonly #stack: Stack;
  readonly #walks: Promise<void>[];
  readonly #time: Promise<void>;
  readonly #resting = new AbortController();

  constructor(stack: Stack, options: LoadOptions) {
    this.#stack = stack;
    this.#walks = Array.from({ length: options.people }, (_, n) => this.#walk(new Random(options.seed + n), n));
    this.#time = this.#letTimePass(options.people);
  }

  /** Begins no further cases, and comes back when those under way are at their end. */
  async finish(): Promise<void> {
    this.#resting.abort();
    await Promise.all(this.#walks);
    await this.#time;
  }

  async #walk(random: Random, n: number): Promise<void> {
    while (!this.#resting.signal.aborted) {
      const story = new HttpStory(new HttpStage(this.#stack), institutions[n % institutions.length]!);
      try {
        await lead(story, random);
        this.finished += 1;
      } catch (error) {
        this.broken.push(error as Error);
        // A fault that is always there must not be met a thousand times.
        if (this.broken.length > 20) return;
      }
    }
  }

  /** When half of the people wait for windows, or somebody has waited long, legal time moves past the ends of them all. */
  async #letTimePass(people: number): Promise<void> {
    const over = new AbortController();
    void Promise.all(this.#walks).then(() => over.abort());
    let since = Date.now();
    let passed = 0;
    while (!over.signal.aborted) {
      await pause(LOOK_EVERY_MS, over.signal);
      // A database that is away lets time pass a little later.
      const { n, last } = await this.#windows().catch(() => ({ n: 0, last: null }));
      if (n === 0) since = Date.now();
      const waited = Date.now() - since >= LONGEST_WAIT_MS || n >= people / 2;
      if (last === null || !waited || Date.now() - passed < LEAST_BETWEEN_MS) continue;
      const past = last.getTime() + MINUTE_MS;
      // A timer goes by the machine's clock: of what has ended in law it must say the same.
      if (past > Date.now()) throw new Error('Legal time has come up with the machine’s; the run must be shorter');
      await setClock(this.#stack.pool, new Date(past).toISOString()).catch(() => undefined);
      since = Date.now();
      passed = since;
    }
  }

  async #windows(): Promise<{ n: number; last: Date | null }> {
    const { rows } = await this.#stack.pool.query<{ n: number; last: Date | null }>(
      `SELECT count(*)::int AS n, max(d.ends_at) AS last FROM deadline d JOIN cases c ON c.id = d.case_id
        WHERE d.state = 'running' AND d.kind = 'window' AND c.status = 'open' AND d.ends_at > service_clock()`,
    );
    return rows[0] as { n: number; last: Date | null };
  }
}

async function clockOf({ pool }: Stack): Promise<string> {
  const [now] = await asked<{ at: Date }>(pool, 'SELECT service_clock() AS at');
  return now!.at.toISOString();
}

/** The step at which the case stands, once it is one of those. */
async function standsAt(story: HttpStory, ...steps: string[]): Promise<void> {
  const { pool } = story.rehearsal.stack;
  const here = async (): Promise<boolean> => {
    const { rows } = await pool.query<{ step: string }>('SELECT step FROM cases WHERE id = $1', [story.caseId]);
    return steps.includes(rows[0]?.step ?? '');
  };
  await waitFor(here, { what: `case ${story.caseId} at ${steps.join(', ')}`, timeoutMs: 300_000, everyMs: 200 });
}

/** One case from draft to register, with detours by chance. */
async function lead(story: HttpStory, random: Random): Promise<void> {
  const plan = { mode: modeOf(story.institution), team, ...(modeOf(story.institution) === 'useRight' && { years: 12 }) } as const;
  await apply(story, plan);
  await story.submit('inventor1');
  const detours = random.below(3);
  for (let applicationVersion = 2; applicationVersion < 2 + detours; applicationVersion += 1) {
    await story.does('officer1', 'returnForCorrection', { items: [{ at: '/title', text: '请写全称' }] });
    const title = `示例成果全称（第 ${applicationVersion} 版）`;
    await story.does('inventor1', 'amendApplication', { application: story.application({ ...plan, title }) });
    for (const who of Object.keys(team).slice(1)) await story.does(who, 'consent', { applicationVersion });
    await story.submit('inventor1');
  }
  await story.passCheck();
  await story.departmentsAgree();
  for (let bodies = 0; (await story.state()).step !== 'noticePreparation'; bodies += 1) {
    if (bodies > 2) throw new Error(`Case ${story.caseId} finds no body that decides`);
    await standsAt(story, 'groupDecision', 'leadershipDecision', 'noticePreparation');
    await story.decide(`领纪〔2026〕${bodies + 1}号`, await today(story));
  }
  await publish(story);
  const objectors = ['colleague1', 'colleague2', 'colleague3'].slice(0, random.below(4));
  await Promise.all(objectors.map((who) => object(story, who)));
  await standsAt(story, 'statement');
  await story.stateResult();
  const startsOn = await today(story);
  await agree(story, plan.mode, startsOn);
  if (plan.mode === 'useRight') await story.does('officer1', 'grantUseRight', { startsOn });
  else await story.register('国知变更2026-1', await today(story));
  await story.tag();
}

const modeOf = (institution: SampleName): 'coOwnership' | 'useRight' =>
  institution === 'baotou-institute' ? 'useRight' : 'coOwnership';

/** Everybody consents at the same moment. */
async function apply(story: HttpStory, plan: Parameters<HttpStory['application']>[0]): Promise<void> {
  const draft = await story.rehearsal.draft(story.institutionId, story.person('inventor1'), {
    kind: 'patent',
    title: '示例成果',
  });
  story.caseId = draft.caseId;
  story.achievementId = draft.achievementId;
  await story.does('inventor1', 'sendForConsent', { application: story.application(plan) });
  await Promise.all(['inventor2', 'inventor3'].map((who) => story.does(who, 'consent', { applicationVersion: 1 })));
}

/** Publishes the notice as the case composes it; when days have passed since it was composed, it is composed again. */
async function publish(story: HttpStory): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await story.publish();
      return;
    } catch (error) {
      if (tries > 2 || !(error as Error).message.includes('notice.changed')) throw error;
    }
  }
}

/** Objects, and thinks better of it. One that comes after the window's end is kept all the same. */
async function object(story: HttpStory, who: string): Promise<void> {
  const { id: noticeId } = await story.notice();
  const done = await story.does(who, 'fileObjection', {
    noticeId,
    name: '示例异议人',
    contact: '联系方式（示例）',
    grounds: ['份额过低。'],
    evidence: [paperOf('异议材料')],
  });
  const own = (await story.state()).objections.find((one) => one.objectorId === story.person(who));
  if (!own) throw new Error(`The objection of ${who} (${done.caseId}) is not there`);
  if (own.inTime) await story.does(who, 'withdrawObjection', { objectionId: own.id });
}

/** Everybody signs at the same moment. */
async function agree(story: HttpStory, mode: 'coOwnership' | 'useRight', startsOn: string): Promise<void> {
  const text = '按协议约定（示例）。';
  const terms = { incomeSplit: text, decisionMechanism: text, costSharing: text, maintenanceFees: text };
  const right = mode === 'useRight' ? { startsOn, years: 12, survivesLeaving: true } : {};
  await story.does('officer1', 'proposeAgreement', { document: paperOf('协议'), terms, countsFirstDay: false, ...right });
  const { agreements: agreementVersion } = await story.state();
  const signers = [...Object.keys(team), 'signatory'];
  await Promise.all(signers.map((who) => story.does(who, 'signAgreement', { agreementVersion })));
}

/** The day that it is by legal time, in Shanghai. */
async function today(story: HttpStory): Promise<string> {
  const now = await clockOf(story.rehearsal.stack);
  return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10);
}
