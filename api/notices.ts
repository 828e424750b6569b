/** Published notices, opened: the text as it was confirmed, the window as it stands now. */
import { noticeChanges, type NoticeChange } from '../contracts/noticeChanges.ts';
import type { NoticeContent } from '../contracts/schemas.ts';
import type { SealedRef } from '../domain/process.ts';
import type { Notice, Prisma } from '../prisma/generated/client.ts';
import { stateAt } from './caseRead.ts';
import type { Deps } from './deps.ts';
import { openNotices } from './seal.ts';

/** A notice as everybody who may read it sees it. */
export interface NoticeShown {
  id: string;
  caseId: string;
  institution: string;
  unit: string;
  kind: string;
  edition: number;
  number?: string;
  audience: string;
  publishedAt: string;
  lastDay: string;
  endsAt: string;
  provisional: boolean;
  state: string;
  addenda: { on: string; lastDay: string; endsAt: string; reason: string }[];
  contentDigest: string;
  content: NoticeContent | null;
  /** Of an amended notice: the one before it, and what is different. */
  amends?: { id: string; edition: number; changes: NoticeChange[] };
}

/** What a stranger, a member or somebody who works on cases may read. */
export function readableNotices(reader: 'anyone' | 'member' | 'worker'): Prisma.NoticeWhereInput {
  if (reader === 'worker') return {};
  return { state: { not: 'takenDown' }, ...(reader === 'anyone' ? { audience: 'public' } : {}) };
}

/**
 * The notices that these amend, by the amending one's id. One that was taken down, or was for members alone, is not shown
 * by way of a comparison to those who could not read it.
 */
async function amendedBy(deps: Deps, rows: readonly Notice[]): Promise<Map<string, Notice>> {
  const later = rows.filter(({ edition }) => edition > 1);
  if (later.length === 0) return new Map();
  const earlier = await deps.prisma.notice.findMany({
    where: { caseId: { in: later.map(({ caseId }) => caseId) }, state: { not: 'takenDown' } },
    orderBy: { edition: 'desc' },
  });
  return new Map(
    later.flatMap(({ id, caseId, kind, edition, audience }) => {
      const before = earlier.find((one) => one.caseId === caseId && one.kind === kind && one.edition < edition);
      if (before?.audience !== audience && before?.audience !== 'public') return [];
      return before ? [[id, before] as const] : [];
    }),
  );
}

/** Opens the notices; their order stays. */
export async function noticesOpened(deps: Deps, rows: readonly Notice[]): Promise<NoticeShown[]> {
  if (rows.length === 0) return [];
  const amended = await amendedBy(deps, rows);
  const [deadlines, institutions, clock, texts] = await Promise.all([
    deps.prisma.deadline.findMany({ where: { OR: rows.map(({ caseId, deadlineKey }) => ({ caseId, key: deadlineKey })) } }),
    deps.prisma.institution.findMany({ where: { id: { in: rows.map(({ institutionId }) => institutionId) } } }),
    deps.prisma.$queryRaw<{ now: string }[]>`SELECT iso(service_clock()) AS now`,
    openNotices(
      [...rows, ...amended.values()].map(({ content }) => content as unknown as SealedRef),
      deps.sealer,
    ),
  ]);
  const contentOf = (row: Notice): NoticeContent | null => {
    const text = texts.get((row.content as unknown as SealedRef).sealed);
    return text === undefined ? null : (JSON.parse(text) as NoticeContent);
  };
  return rows.map((row) => {
    const deadline = deadlines.find(({ caseId, key }) => caseId === row.caseId && key === row.deadlineKey);
    const institution = institutions.find(({ id }) => id === row.institutionId);
    const before = amended.get(row.id);
    const [old, content] = [before ? contentOf(before) : null, contentOf(row)];
    const endsAt = deadline?.endsAt.toISOString() ?? '';
    return {
      id: row.id,
      caseId: row.caseId,
      institution: institution?.code ?? '',
      unit: institution?.name ?? '',
      kind: row.kind,
      edition: row.edition,
      ...(row.number === null ? {} : { number: row.number }),
      audience: row.audience,
      publishedAt: row.publishedAt.toISOString(),
      lastDay: deadline?.lastDay.toISOString().slice(0, 10) ?? '',
      endsAt,
      provisional: deadline?.provisional ?? false,
      state: deadline === undefined ? row.state : stateAt({ state: row.state, endsAt }, clock[0]?.now ?? endsAt),
      addenda: row.addenda as unknown as NoticeShown['addenda'],
      contentDigest: row.contentDigest,
      content,
      ...(before && old && content
        ? { amends: { id: before.id, edition: before.edition, changes: noticeChanges(old, content) } }
        : {}),
    };
  });
}
