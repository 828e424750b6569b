/** A rehearsal for the scenario tests, and short ways to read what it wrote. */
import { readLedger } from '../../../activities/ledgerSource.ts';
import { rebuildProjections } from '../../../activities/rebuild.ts';
import { verifyLedger } from '../../../activities/verify.ts';
import { shanghai } from '../../../cli/demo/play.ts';
import { Story, type ApplicationPlan } from '../../../cli/demo/story.ts';
import { processes } from '../../../domain/index.ts';
import type { Projection } from '../../../domain/process.ts';
import { Rehearsal, type Told } from '../../../runtime/rehearsing/rehearsal.ts';
import { until } from '../../../runtime/rehearsing/clock.ts';
import type { WorkflowBundle } from '../../../worker/bundle.ts';
import { startJobs } from '../../../worker/jobs.ts';
import { bundleCache, QuietLog } from '../support/engine.ts';
import { REHEARSAL_NAMESPACE, services } from '../../harness/services.ts';

/** Quiet but for errors: a rehearsal that goes as it should has none. */
class Outspoken extends QuietLog {
  override error = (fields: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}

const outspoken = new Outspoken();

/** Opens a rehearsal that begins at the Shanghai time, on today's workflow code unless it says otherwise. */
export function rehearse(at: string, bundle?: WorkflowBundle): Promise<Rehearsal> {
  const { postgresUrl, temporalAddress } = services();
  return Rehearsal.open({
    postgresUrl,
    temporalAddress,
    namespace: REHEARSAL_NAMESPACE,
    startsAt: shanghai(at),
    cacheDir: bundleCache,
    log: outspoken,
    ...(bundle && { bundle }),
  });
}

/** Ends the rehearsal, after a look at all it wrote: chains verify, and the tables are what the ledgers give. */
export async function closeSound(rehearsal: Rehearsal): Promise<void> {
  const { pool } = rehearsal;
  const { rows: units } = await pool.query<{ id: string }>('SELECT DISTINCT institution_id::text AS id FROM ledger');
  const reports = await Promise.all(units.map(({ id }) => verifyLedger(readLedger(pool, id), { institutionId: id })));
  const different = await unsound(rehearsal);
  await rehearsal.close();
  const faults = [...reports.flatMap(({ findings }) => findings), ...different];
  if (faults.length > 0) throw new Error(`The rehearsal left something unsound: ${JSON.stringify(faults)}`);
}

/** An instant in Shanghai as the scenarios write it; seconds only where there are any. */
export function local(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000)
    .toISOString()
    .slice(0, 23)
    .replace('T', ' ')
    .replace(/:00\.000$/, '');
}

/** The three inventors of most scenarios, with 50, 30 and 20 %. */
export const team = { inventor1: '50', inventor2: '30', inventor3: '20' };

/** From the draft to the body that decides, all on the day that it is. */
export async function toDecision(story: Story, plan: ApplicationPlan): Promise<void> {
  await story.apply(plan);
  await story.submit(Object.keys(plan.team)[0] ?? '');
  await story.passCheck();
  await story.departmentsAgree();
}

/** From the draft to the published notice: decided at `decided`, published at `published`. */
export async function toPublicity(story: Story, plan: ApplicationPlan, decided: string, published: string): Promise<void> {
  await toDecision(story, plan);
  await story.on(decided);
  await story.decide('领纪〔2026〕1号', decided.slice(0, 10));
  await story.on(published);
  await story.publish();
}

/** The ledger as lines `2026-03-18 00:00 windowClosed`, from the first event of the type on. */
export async function ledger({ rehearsal, caseId }: Story, from?: string): Promise<string[]> {
  const entries = await rehearsal.timeline(caseId);
  const start = from === undefined ? 0 : entries.findIndex(({ type }) => type === from);
  return entries.slice(start).map(({ recordedAt, type }) => `${local(recordedAt)} ${type}`);
}

/** What lists and search read of the case, from the tables. */
export async function rows({ rehearsal, caseId }: Story): Promise<Projection> {
  const { rows: found } = await rehearsal.pool.query<{ r: Projection }>('SELECT read_projection($1) AS r', [caseId]);
  if (!found[0]) throw new Error(`No case ${caseId}`);
  return found[0].r;
}

/** The rows of its windows alone. */
export const windowRows = async (story: Story): Promise<Projection['deadlines']> =>
  (await rows(story)).deadlines.filter(({ kind }) => kind === 'window');

/** Open to-dos as `act role` or `act person`, with what makes them stand out. */
export async function tasks(story: Story): Promise<string[]> {
  const { tasks: open } = await rows(story);
  return open
    .map(({ act, role, personId, alert }) =>
      [act, role ?? story.keyOf(personId ?? ''), alert].filter((part) => part !== undefined).join(' '),
    )
    .toSorted();
}

/** Whom the case's messages went to, as `template key` or `template role`, from a ledger position on. */
export async function letters(story: Story, after = 0): Promise<string[]> {
  const told = await story.rehearsal.told(story.caseId);
  return told.filter(({ seq }) => seq > after).map((one) => `${one.template} ${addressee(story, one)}`);
}

const addressee = (story: Story, { recipient }: Told): string =>
  recipient.personId === undefined ? (recipient.role ?? '') : story.keyOf(recipient.personId) || recipient.personId;

/** How far the ledger has come. */
export async function version({ rehearsal, caseId }: Story): Promise<number> {
  return (await rehearsal.timeline(caseId)).length;
}

/** Claims on the case's achievement as `claimed` or `released`, by case, oldest claim first. */
export async function claims({ rehearsal, achievementId }: Story): Promise<{ caseId: string; state: string }[]> {
  const { rows: found } = await rehearsal.pool.query<{ caseId: string; state: string }>(
    `SELECT case_id::text AS "caseId", CASE WHEN released_at IS NULL THEN 'claimed' ELSE 'released' END AS state
       FROM achievement_claim WHERE achievement_id = $1 ORDER BY claimed_at, case_id`,
    [achievementId],
  );
  return found;
}

const CLAIM = 'claim_inbox(int, int, text)';

/** From now on nothing in the inbox reaches its case, as if no worker ran, until what this answers is called. */
export async function holdInbox({ pool }: Rehearsal): Promise<() => Promise<void>> {
  await pool.query(`ALTER FUNCTION ${CLAIM} RENAME TO claim_inbox_held`);
  await pool.query(`CREATE FUNCTION ${CLAIM} RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT NULL::jsonb WHERE false'`);
  return async () => {
    await pool.query(`DROP FUNCTION ${CLAIM}`);
    await pool.query(`ALTER FUNCTION claim_inbox_held(int, int, text) RENAME TO claim_inbox`);
    await pool.query('NOTIFY inbox');
    await until('the inbox is not worked off', async () => {
      const { rowCount } = await pool.query('SELECT 1 FROM inbox WHERE answered_at IS NULL');
      return rowCount === 0;
    });
  };
}

/** Where the tables are not what the ledgers give. */
export async function unsound({ pool }: Rehearsal): Promise<unknown[]> {
  const { differences, failed } = await rebuildProjections(pool, processes, { write: false });
  return [...differences, ...failed];
}

/** One round of the platform's own work on the day that it is: what was imported reaches the cases, and is answered. */
export async function platformWorks({ pool }: Rehearsal): Promise<void> {
  const jobs = startJobs({ pool, log: outspoken });
  await jobs.stop();
  await until('acts of the platform are unanswered', async () => {
    const { rowCount } = await pool.query('SELECT 1 FROM inbox WHERE answered_at IS NULL');
    return rowCount === 0;
  });
}
