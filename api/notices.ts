/** Published notices, opened: the text as it was confirmed, the window as it stands now. */
import type { NoticeContent } from '../contracts/schemas.ts';
import type { SealedRef } from '../domain/process.ts';
import type { Notice, Prisma } from '../prisma/generated/client.ts';
import { stateAt } from './caseRead.ts';
import type { Deps } from './deps.ts';

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
}

/** What a stranger, a member or somebody who works on cases may read. */
export function readableNotices(reader: 'anyone' | 'member' | 'worker'): Prisma.NoticeWhereInput {
  if (reader === 'worker') return {};
  return { state: { not: 'takenDown' }, ...(reader === 'anyone' ? { audience: 'public' } : {}) };
}

/** Opens the notices; their order stays. */
export async function noticesOpened(deps: Deps, rows: readonly Notice[]): Promise<NoticeShown[]> {
  if (rows.length === 0) return [];
  const [deadlines, institutions, clock, texts] = await Promise.all([
    deps.prisma.deadline.findMany({ where: { OR: rows.map(({ caseId, deadlineKey }) => ({ caseId, key: deadlineKey })) } }),
    deps.prisma.institution.findMany({ where: { id: { in: rows.map(({ institutionId }) => institutionId) } } }),
    deps.prisma.$queryRaw<{ now: string }[]>`SELECT iso(service_clock()) AS now`,
    deps.sealer.open(rows.map(({ content }) => (content as unknown as SealedRef).sealed)),
  ]);
  return rows.map((row) => {
    const deadline = deadlines.find(({ caseId, key }) => caseId === row.caseId && key === row.deadlineKey);
    const institution = institutions.find(({ id }) => id === row.institutionId);
    const text = texts.get((row.content as unknown as SealedRef).sealed);
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
      content: text === undefined ? null : (JSON.parse(text) as NoticeContent),
    };
  });
}
