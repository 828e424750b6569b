/** The institution's own rules, and which rules apply to it on a date and why. */
import { z } from 'zod';
import { civilDate } from '../../contracts/schemas.ts';
import { compareSnapshots, resolve, validateOverlay, type OverlayReport } from '../../policies/index.ts';
import { audit } from '../audit.ts';
import { etagOf, refuseLostRace, requireMatch } from '../etag.ts';
import { dateOf } from '../law.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { bilingual, inInstitution, isoDate } from './common.ts';

const fault = z.object({ path: z.string(), code: z.string(), zh: z.string(), en: z.string() });

const overlayShown = z.object({
  version: z.number().int(),
  /** 0 while the institution has none. */
  from: isoDate.optional(),
  overlay: z.record(z.string(), z.unknown()).optional(),
});

const report = z.object({
  ok: z.boolean(),
  errors: z.array(fault),
  missing: z.array(z.string()),
  missingLater: z.array(z.object({ from: isoDate, keys: z.array(z.string()) })),
  notCovered: z.array(z.string()),
  notYetUsed: z.array(z.string()),
  changes: z.array(z.record(z.string(), z.unknown())),
});

/** The overlay as policies/schema.ts describes it; institution and version are set by the service. */
const overlayBody = z
  .record(z.string().max(64), z.unknown())
  .meta({ description: 'title, from, until?, notice?, covers[], entries[{key, value, force?, reading?, cite}]' });

async function latest(context: Context, db: Pick<Context['deps']['prisma'], 'overlayVersion'> = context.deps.prisma) {
  const row = await db.overlayVersion.findFirst({
    where: { institutionId: context.caller.institution.id },
    orderBy: { version: 'desc' },
  });
  if (row === null) return { version: 0 };
  const { institutionId: _own, ...overlay } = row.content as Record<string, unknown>;
  return { version: row.version, from: row.fromDate.toISOString().slice(0, 10), overlay };
}

/** The overlay as it would be stored, and everything there is to say about it. */
async function examine(context: Context, raw: Record<string, unknown>, version: number) {
  const { deps, caller } = context;
  const [institution, packs] = await Promise.all([deps.law.institution(caller.institution.id), deps.law.packs()]);
  const content = { ...raw, institutionId: institution.id, version };
  const found: OverlayReport = validateOverlay(content, institution, packs);
  const { overlay, ...rest } = found;
  const on = overlay === undefined || overlay.from < caller.today ? caller.today : overlay.from;
  const difference =
    found.ok && overlay
      ? compareSnapshots(await deps.law.rulesOn(institution.id, on), resolve({ institution, on, packs, overlay }))
      : undefined;
  const changes = difference && !difference.same ? difference.changed : [];
  return { content, overlay, report: { ...rest, changes: JSON.parse(JSON.stringify(changes)) as Record<string, unknown>[] } };
}

const tag = 'policies';

export const lawRoutes = [
  route({
    id: 'getOverlay',
    method: 'get',
    path: '/institutions/{institution}/overlay',
    tag,
    zh: '校内规定（最新版本）',
    en: "The institution's own rules, the latest version",
    params: inInstitution,
    answers: { 200: overlayShown },
    handler: async (context) => {
      const body = await latest(context);
      return { status: 200, body, etag: etagOf(body) };
    },
  }),
  route({
    id: 'previewOverlay',
    method: 'post',
    path: '/institutions/{institution}/overlay/preview',
    tag,
    zh: '校验校内规定，并列出会有哪些变化',
    en: 'Check an overlay and list what it would change; nothing is stored',
    params: inInstitution,
    body: overlayBody,
    answers: { 200: report },
    handler: async (context) => {
      const { version } = await latest(context);
      return { status: 200, body: (await examine(context, context.body, version + 1)).report };
    },
  }),
  route({
    id: 'putOverlay',
    method: 'put',
    path: '/institutions/{institution}/overlay',
    tag,
    zh: '采用新版校内规定；在办案件不受影响',
    en: 'Adopt a new version of the overlay; running cases stay as they are',
    params: inInstitution,
    body: overlayBody,
    headers: ['ifMatch'],
    answers: { 200: overlayShown },
    problems: ['overlay.invalid'],
    handler: async (context) => {
      const { deps, caller } = context;
      const before = await latest(context);
      const matched = etagOf(before);
      requireMatch(context.ifMatch, matched);
      const institutionId = caller.institution.id;
      const version = before.version + 1;
      const { content, overlay, report: found } = await examine(context, context.body, version);
      if (!overlay || !found.ok) {
        const errors = found.errors.map(({ path, zh, en }) => ({ pointer: path, zh, en }));
        throw new Problem('overlay.invalid', { errors });
      }
      await deps.prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM institution WHERE id = ${institutionId}::uuid FOR UPDATE`;
        refuseLostRace(matched, etagOf(await latest(context, tx)));
        await tx.overlayVersion.create({
          data: {
            institutionId,
            version,
            fromDate: dateOf(overlay.from),
            content: JSON.parse(JSON.stringify(content)),
            createdBy: caller.personId,
          },
        });
        await audit(tx, context, 'putOverlay', `overlay:${version}`, { from: overlay.from });
      });
      const body = await latest(context);
      return { status: 200, body, etag: etagOf(body) };
    },
  }),
  route({
    id: 'getRules',
    method: 'get',
    path: '/institutions/{institution}/rules',
    tag,
    zh: '某日适用哪些规则，每条为何适用',
    en: 'Which rules apply on a date, and why each',
    params: inInstitution,
    query: z.object({ on: civilDate.optional() }),
    answers: {
      200: z.object({
        on: isoDate,
        hash: z.string(),
        packs: z.array(z.object({ id: z.string(), version: z.string() })),
        overlayVersion: z.number().int(),
        missing: z.array(z.string()),
        notYetUsed: z.array(z.string()),
        keys: z.array(
          z.object({
            key: z.string(),
            rule: z.record(z.string(), z.unknown()).optional(),
            gap: z.string().optional(),
            candidates: z.array(bilingual.loose()),
          }),
        ),
      }),
    },
    handler: async ({ deps, caller, query }) => {
      const { snapshot, keys, missing, notYetUsed } = await deps.law.explain(caller.institution.id, query.on ?? caller.today);
      const { on, hash, packs, overlayVersion } = snapshot;
      return { status: 200, body: { on, hash, packs, overlayVersion, missing, notYetUsed, keys } };
    },
  }),
];
