/**
 * Whether published notices can be read. Each counted day of a window needs one successful read; days that pass without one
 * are raised in the case as a gap, whether reads failed or nobody could try, as while the service was down. The last day is
 * judged shortly before its end: a gap must be in the inbox before the window closes, and then the closing waits for it.
 * What is found only after the window is raised as long as the publicity's result is not stated.
 */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { SealedRow, Subject } from '../../contracts/sealing.ts';
import type { SealedRef } from '../../domain/process.ts';
import { SYSTEM_ACTOR } from '../../contracts/systemActs.ts';
import { actTable } from '../../domain/empowerment/table.ts';
import { reasonOf, type Log } from '../log.ts';
import { sendSystemAct } from '../systemActs.ts';
import type { Probe } from './index.ts';

export interface NoticeProbeOptions {
  pool: Pool;
  /** Where anybody reads the notice; undefined where nobody can without logging in, which is then not checked. */
  urlOf: (notice: { id: string; audience: 'institution' | 'public' }) => string | undefined;
  sealer: { seal(subject: Subject, text: string): Promise<{ ref: SealedRef; row: SealedRow }> };
  log: Log;
  timeoutMs?: number;
  /** From this minute before midnight on, the day without a read so far is a gap. */
  judgeMinutesBefore?: number;
}

interface OpenNotice {
  id: string;
  case_id: string;
  institution_id: string;
  audience: 'institution' | 'public';
  content_digest: string;
}

const AT_ONCE = 10;
const TODAY = "(service_clock() AT TIME ZONE 'Asia/Shanghai')::date";

/** The check. */
export function noticeReads(options: NoticeProbeOptions): Probe {
  const { pool, urlOf, timeoutMs = 10_000, judgeMinutesBefore = 20 } = options;

  async function check(notice: OpenNotice): Promise<void> {
    const url = urlOf(notice);
    if (!url) return;
    const read = await readOnce(url, [notice.id, notice.content_digest], timeoutMs);
    await pool.query(
      `INSERT INTO notice_read_check (notice_id, day, checked_at, institution_id, place, ok, digest)
       VALUES ($1, ${TODAY}, service_clock(), $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [notice.id, notice.institution_id, new URL(url).origin, read !== undefined, read ?? null],
    );
  }

  async function raise(notice: OpenNotice, days: string[]): Promise<void> {
    const text = `${days.join('、')} 全天没有一次检查能够读到公示。`;
    const { ref, row } = await options.sealer.seal({ kind: 'case', id: notice.case_id }, text);
    await sendSystemAct(pool, {
      institutionId: notice.institution_id,
      caseId: notice.case_id,
      type: 'recordPublicityGap',
      body: { noticeId: notice.id, days, grounds: ref },
      reason: `${notice.id}/${days.join(',')}`,
      sealed: [row],
    });
  }

  return {
    name: 'noticeReads',
    async run() {
      const { rows: unread } = await pool.query<OpenNotice>(
        `SELECT n.id, n.case_id::text, n.institution_id::text, n.audience, n.content_digest FROM notice n JOIN deadline d ON d.case_id = n.case_id AND d.key = n.deadline_key
          WHERE n.state = 'open' AND d.state = 'running' AND service_clock() < d.ends_at
            AND NOT EXISTS (SELECT 1 FROM notice_read_check k WHERE k.notice_id = n.id AND k.day = ${TODAY} AND k.ok)`,
      );
      for (let from = 0; from < unread.length; from += AT_ONCE) await Promise.all(unread.slice(from, from + AT_ONCE).map(check));
      // The day of publication is not counted. What was raised once is not raised again, whatever became of it.
      const { rows: gaps } = await pool.query<OpenNotice & { days: string[] }>(
        `SELECT n.id, n.case_id::text, n.institution_id::text, n.audience, n.content_digest,
                array_agg(to_char(days.day, 'YYYY-MM-DD') ORDER BY days.day) AS days
           FROM notice n JOIN cases c ON c.id = n.case_id JOIN deadline d ON d.case_id = n.case_id AND d.key = n.deadline_key
                CROSS JOIN LATERAL generate_series(d.start_date + 1, least(d.last_day,
                  ((service_clock() + make_interval(mins => $1)) AT TIME ZONE 'Asia/Shanghai')::date - 1), interval '1 day') AS days(day)
          WHERE c.status = 'open' AND (n.state = 'open' OR n.state = 'closed' AND c.step = ANY ($2))
            AND NOT EXISTS (SELECT 1 FROM notice_read_check k WHERE k.notice_id = n.id AND k.day = days.day::date AND k.ok)
            AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.case_id = n.case_id AND i.type = 'recordPublicityGap'
                               AND i.body->>'noticeId' = n.id AND i.body->'days' ? to_char(days.day, 'YYYY-MM-DD')
                               AND (i.actor_person = $3 OR i.answer IS NULL OR i.answer->>'outcome' = 'done'))
          GROUP BY n.id`,
        [judgeMinutesBefore, actTable.recordPublicityGap.steps, SYSTEM_ACTOR],
      );
      let raised = 0;
      // What nobody can read without logging in is not checked, so that nothing can be said of it.
      for (const gap of gaps.filter((one) => urlOf(one) !== undefined)) {
        try {
          await raise(gap, gap.days);
          raised++;
        } catch (error) {
          options.log.error({ noticeId: gap.id, days: gap.days, reason: reasonOf(error) }, 'a gap could not be raised');
        }
      }
      return raised;
    },
  };
}

/** The digest of the page, if it is the notice: a page that says neither which it is nor its digest is another, as of a login. */
async function readOnce(url: string, says: readonly string[], timeoutMs: number): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const shown = answer.ok && says.every((words) => text.includes(words));
    return shown ? createHash('sha256').update(bytes).digest('hex') : undefined;
  } catch {
    return undefined;
  }
}
