/** Proof of publicity: what was shown where and for how long, and on which days it was read; for whoever reads the case whole. */
import type { Db } from './db.ts';
import { sql } from './db.ts';
import { addDays, compareDates, dateOfInstant } from '../domain/time/index.ts';
import { visibleCase } from './caseAccess.ts';
import { readSome } from './caseRead.ts';
import { noticesOpened, type NoticeShown } from './notices.ts';
import { Problem } from './problems.ts';
import type { Context } from './route.ts';

interface Read {
  day: string;
  at: string;
  place: string;
  ok: boolean;
  digest: string | null;
}

/** One day of the window as far as it has come. The day of publication is not counted. */
interface Day {
  day: string;
  counted: boolean;
  /** Whether a read of that day found the notice. */
  read: boolean;
  /** Whether the day is on record as one on which it could not be read. */
  gap: boolean;
  checks: { at: string; place: string; ok: boolean; digest?: string }[];
}

export interface PublicityProof {
  notice: NoticeShown;
  /** Where it was published, as the officer said. */
  place: string;
  /** The ledger's row of the publication. */
  seq: number;
  days: Day[];
}

const checksOf = (db: Db, noticeId: string): Promise<Read[]> =>
  db.rows<Read>(sql`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, iso(checked_at) AS at, place, ok, digest
      FROM notice_read_check WHERE notice_id = ${noticeId} ORDER BY checked_at`);

interface Published {
  noticeId: string;
  place: string;
  deadline: { startDate: string };
}

/** The proof, or 404 for whoever does not read the case whole. */
export async function publicityProof({ deps, caller }: Context, noticeId: string): Promise<PublicityProof> {
  const institutionId = caller.institution.id;
  const row = await deps.prisma.notice.findFirst({ where: { id: noticeId, institutionId } });
  if (row === null) throw new Problem('notFound');
  const { sight } = await visibleCase(deps.db, caller, row.caseId);
  if (sight.kind !== 'whole') throw new Problem('notFound');
  const [[notice], { events, now }, checks] = await Promise.all([
    noticesOpened(deps, [row]),
    readSome(deps.prisma, institutionId, row.caseId),
    checksOf(deps.db, noticeId),
  ]);
  const about = events.filter(({ data }) => (data as { noticeId?: string }).noticeId === noticeId);
  const published = about.find(({ type }) => type === 'noticePublished');
  if (!notice || !published) throw new Problem('notFound');
  const { place, deadline } = published.data as Published;
  const gaps = new Set(
    about.filter(({ type }) => type === 'publicityGapRecorded').flatMap(({ data }) => (data as { days: string[] }).days),
  );
  const today = dateOfInstant(now);
  const days: Day[] = [];
  for (
    let day = deadline.startDate;
    compareDates(day, notice.lastDay) <= 0 && compareDates(day, today) <= 0;
    day = addDays(day, 1)
  ) {
    const own = checks.filter((check) => check.day === day);
    days.push({
      day,
      counted: day !== deadline.startDate,
      read: own.some(({ ok }) => ok),
      gap: gaps.has(day),
      checks: own.map(({ at, place: read, ok, digest }) => ({ at, place: read, ok, ...(digest === null ? {} : { digest }) })),
    });
  }
  return { notice, place, seq: published.seq, days };
}
