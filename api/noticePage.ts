/** Published notices as plain pages: what a passer-by reads, and what the daily check reads to prove that one could. */
import { Router } from 'express';
import { isProbe } from '../contracts/probe.ts';
import { objectId } from '../contracts/schemas.ts';
import { timeOfInstant } from '../domain/time/index.ts';
import { addendumReason } from '../letters/addenda.ts';
import type { Deps } from './deps.ts';
import { noticesOpened, readableNotices, type NoticeShown } from './notices.ts';
import { Problem } from './problems.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const html = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] as string);

const states: Record<string, string> = {
  open: '公示中 / open',
  closed: '已期满 / closed',
  superseded: '已由新公示替代 / superseded',
};

/** As a clock in Beijing showed it. */
const minute = (instant: string): string => timeOfInstant(instant).slice(0, 16);

function page(notice: NoticeShown): string {
  const { content, unit, number, edition, publishedAt, lastDay, state, addenda, contentDigest, id, provisional } = notice;
  const rows = (content?.items ?? []).map(
    ({ zh, en, value }) => `<tr><th>${html(zh)}<br><small>${html(en)}</small></th><td>${html(value)}</td></tr>`,
  );
  const changes = (notice.amends?.changes ?? []).map(
    ({ zh, en, before, after }) =>
      `<tr><th>${html(zh)}<br><small>${html(en)}</small></th><td>${html(before ?? '—')}</td><td>${html(after ?? '—')}</td></tr>`,
  );
  const later = addenda.map(
    ({ on, lastDay: day, reason }) =>
      `<li>${minute(on)}：延至 / until ${html(day)} 24:00（${html(addendumReason(reason))}）</li>`,
  );
  const [published, sure] = [minute(publishedAt), provisional ? ['（暂定）', ' (provisional)'] : ['', '']];
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(content?.heading ?? '公示 / notice')}</title>
<style>body{font-family:serif;max-width:46rem;margin:2rem auto;padding:0 1rem}th{text-align:left;vertical-align:top;width:12rem}th,td{padding:.4rem;border-bottom:1px solid #ccc}</style>
</head><body>
<h1>${html(content?.heading ?? '内容已依法删除 / the content has been erased')}</h1>
<p>${html(unit)}${number === undefined ? '' : ` ${html(number)}`}（第 ${edition} 次 / edition ${edition}）</p>
<p>${html(states[state] ?? state)}：${published} 发布，至 ${html(lastDay)} 24:00（北京时间）${sure[0]}<br><small>published ${published}, until the end of ${html(lastDay)} (24:00), Beijing time${sure[1]}</small></p>
<table>${rows.join('\n')}</table>
${notice.amends === undefined ? '' : `<h2>与第 ${notice.amends.edition} 次公示的不同之处 / what differs from edition ${notice.amends.edition}</h2><table><tr><th></th><th>原公示 / before</th><th>本次公示 / now</th></tr>${changes.join('\n')}</table>`}
${later.length === 0 ? '' : `<h2>补充公告（北京时间） / addenda (Beijing time)</h2><ul>${later.join('')}</ul>`}
<p><small>id ${html(id)}<br>sha256 ${html(contentDigest)}</small></p>
</body></html>
`;
}

/** `/notices/{id}`: public ones for everybody, those for members with a member's token or for the daily check. */
export function noticePages(deps: Deps): Router {
  const router = Router();
  router.get('/notices/:id', (request, response, next) => {
    const show = async (): Promise<void> => {
      const { id } = request.params;
      if (!objectId.safeParse(id).success) throw new Problem('notFound');
      const row = await deps.prisma.notice.findFirst({ where: { id, ...readableNotices('member') } });
      if (row === null) throw new Problem('notFound');
      const { probe } = request.query;
      const checked = deps.probeKey !== undefined && typeof probe === 'string' && isProbe(deps.probeKey, id, probe);
      if (row.audience !== 'public' && !checked) await requireMember(row.institutionId, request.headers.authorization);
      const [notice] = await noticesOpened(deps, [row]);
      response
        .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
        .type('html')
        .send(page(notice as NoticeShown));
    };
    show().catch(next);
  });
  return router;

  /** Without a member's token such a notice is not told from one that is not there. */
  async function requireMember(institutionId: string, header: string | undefined): Promise<void> {
    if (header === undefined) throw new Problem('notFound');
    const { code } = await deps.prisma.institution.findUniqueOrThrow({ where: { id: institutionId }, select: { code: true } });
    await deps.access.callerFor(['member'], header, code);
  }
}
