/** Packs and calendars: for everybody to read, for the platform operator to import. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { text, TEXT } from '../../contracts/schemas.ts';
import { CalendarError, checkImport, type CalendarProblem } from '../../domain/time/index.ts';
import { canonicalJson, loadRegister, packSetProblems, parsePack, snapshotHash, type Pack } from '../../policies/index.ts';
import { audit } from '../audit.ts';
import { applyCalendarImport, changeShown, previewCalendar } from '../calendarImport.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { isoDate, isoInstant, listOf } from './common.ts';

const packShown = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  rank: z.string(),
  status: z.string(),
  from: isoDate.optional(),
});
const rawBody = z.record(z.string().max(64), z.unknown());
const fault = z.object({ path: z.string(), code: z.string(), zh: z.string(), en: z.string() });

const shownPack = ({ id, version, title, rank, status, from }: Pack) => ({
  id,
  version,
  title,
  rank,
  status,
  ...(from === undefined ? {} : { from }),
});

/** The pack as it would stand among the others, and everything wrong with it. */
async function examinePack(context: Context, raw: Record<string, unknown>) {
  const parsed = parsePack(raw, loadRegister());
  if (!parsed.ok) return { pack: undefined, errors: parsed.problems };
  const others = (await context.deps.law.packs()).filter(({ id }) => id !== parsed.value.id);
  const errors = packSetProblems([...others, parsed.value]);
  return { pack: parsed.value, errors };
}

/** How many open cases each institution has whose rules the pack may touch: the operator sees numbers, never cases. */
async function affected(context: Context) {
  const rows = await context.deps.prisma.case.groupBy({ by: ['institutionId'], where: { status: 'open' }, _count: true });
  return { institutions: rows.length, openCases: rows.reduce((sum, { _count }) => sum + _count, 0) };
}

const deadlineEnd = z.object({ lastDay: isoDate, endsAt: isoInstant, provisional: z.boolean() });
const importShown = z.object({
  version: z.string(),
  warnings: z.array(fault),
  /** Windows that move, are held or stop being provisional; ids alone, for the operator belongs to no institution. */
  changes: z.array(z.object({ caseId: z.string(), key: z.string(), outcome: z.string(), from: deadlineEnd, to: deadlineEnd })),
});

function calendarProblem(error: unknown): unknown {
  if (!(error instanceof CalendarError)) return error;
  return new Problem('calendar.invalid', {
    errors: error.problems.map(({ path, zh, en }: CalendarProblem) => ({ pointer: path, zh, en })),
  });
}

const calendarBody = z
  .strictObject({
    version: text(TEXT.name),
    years: z.record(z.string(), z.unknown()).optional(),
    days: z.record(z.string(), z.unknown()).optional(),
    note: text(TEXT.line).optional(),
  })
  .meta({ description: 'years {YYYY: {off: {date: reason}, work: {date: reason}}}; days {date: {is: off|work|weekly, reason}}' });

const tagPacks = 'policies';
const tagCalendars = 'calendars';

export const platformRoutes = [
  route({
    id: 'listPacks',
    method: 'get',
    path: '/packs',
    tag: tagPacks,
    zh: '政策包',
    en: 'The packs as they stand',
    answers: { 200: listOf(packShown) },
    handler: async ({ deps }) => ({ status: 200, body: { items: (await deps.law.packs()).map(shownPack) } }),
  }),
  route({
    id: 'getPack',
    method: 'get',
    path: '/packs/{id}',
    tag: tagPacks,
    zh: '政策包全文',
    en: 'A pack with its rules and citations',
    params: z.object({ id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) }),
    answers: { 200: packShown.loose() },
    handler: async ({ deps, params }) => {
      const pack = (await deps.law.packs()).find(({ id }) => id === params.id);
      if (!pack) throw new Problem('notFound');
      return { status: 200, body: pack };
    },
  }),
  route({
    id: 'previewPack',
    method: 'post',
    path: '/packs/preview',
    tag: tagPacks,
    zh: '校验政策包',
    en: 'Check a pack; nothing is stored',
    body: rawBody,
    answers: {
      200: z.object({
        ok: z.boolean(),
        errors: z.array(fault),
        affected: z.object({ institutions: z.number().int(), openCases: z.number().int() }),
      }),
    },
    handler: async (context) => {
      const { errors } = await examinePack(context, context.body);
      return { status: 200, body: { ok: errors.length === 0, errors, affected: await affected(context) } };
    },
  }),
  route({
    id: 'importPack',
    method: 'post',
    path: '/packs',
    tag: tagPacks,
    zh: '导入政策包；在办案件仍按原规则',
    en: 'Import a pack; running cases stay with the rules they are pinned to',
    body: rawBody,
    answers: { 201: packShown },
    problems: ['pack.invalid', 'conflict.exists'],
    handler: async (context) => {
      const { pack, errors } = await examinePack(context, context.body);
      if (!pack || errors.length > 0) {
        throw new Problem('pack.invalid', { errors: errors.map(({ path, zh, en }) => ({ pointer: path, zh, en })) });
      }
      const content = canonicalJson(pack);
      await context.deps.prisma.$transaction(async (tx) => {
        const made = await tx.packVersion.createMany({
          data: [{ id: pack.id, version: pack.version, content: JSON.parse(content), hash: snapshotHash(JSON.parse(content)) }],
          skipDuplicates: true,
        });
        if (made.count === 0) throw new Problem('conflict.exists');
        // A prevailing rule raises open cases; each is compared by a job, since no request can wait for all of them.
        await tx.job.create({
          data: { id: randomUUID(), kind: 'comparePinnedRules', input: { pack: pack.id }, createdBy: context.caller.personId },
        });
        await audit(tx, context, 'importPack', `${pack.id}@${pack.version}`);
      });
      return { status: 201, body: shownPack(pack) };
    },
  }),
  route({
    id: 'listCalendars',
    method: 'get',
    path: '/calendars',
    tag: tagCalendars,
    zh: '日历版本',
    en: 'Versions of the calendar',
    answers: {
      200: listOf(
        z.object({ version: z.string(), importedAt: isoInstant, note: z.string().optional(), years: z.array(z.string()) }),
      ),
    },
    handler: async ({ deps }) => {
      const rows = await deps.prisma.calendarVersion.findMany({
        orderBy: [{ importedAt: 'desc' }, { version: 'desc' }],
        take: 200,
      });
      const items = rows.map(({ version, importedAt, note, content }) => ({
        version,
        importedAt: importedAt.toISOString(),
        ...(note === null ? {} : { note }),
        years: Object.keys((content as { years: object }).years),
      }));
      return { status: 200, body: { items } };
    },
  }),
  route({
    id: 'getCalendar',
    method: 'get',
    path: '/calendars/{version}',
    tag: tagCalendars,
    zh: '日历内容；`current` 为现行版本',
    en: 'A calendar; `current` is the one in use',
    params: z.object({ version: text(TEXT.name) }),
    answers: { 200: z.object({ version: z.string(), years: z.record(z.string(), z.unknown()) }) },
    handler: async ({ deps, params }) => {
      const calendar = await deps.law.calendar(params.version === 'current' ? undefined : params.version);
      if (params.version !== 'current' && calendar.version !== params.version) throw new Problem('notFound');
      return { status: 200, body: { version: calendar.version, years: calendar.years } };
    },
  }),
  route({
    id: 'previewCalendar',
    method: 'post',
    path: '/calendars/preview',
    tag: tagCalendars,
    zh: '预览导入日历会移动哪些公示期',
    en: 'What an import would do to running windows; nothing is stored',
    body: calendarBody,
    answers: { 200: importShown },
    problems: ['calendar.invalid'],
    handler: async (context) => {
      const { note: _note, ...raw } = context.body;
      const base = await context.deps.law.calendar();
      try {
        const done = await previewCalendar(context.deps.prisma, base, raw);
        return {
          status: 200,
          body: { version: done.calendar.version, warnings: done.warnings, changes: done.changes.map(changeShown) },
        };
      } catch (error) {
        throw calendarProblem(error);
      }
    },
  }),
  route({
    id: 'importCalendar',
    method: 'post',
    path: '/calendars',
    tag: tagCalendars,
    zh: '导入日历；已公布的公示期只延后，不提前',
    en: 'Import a calendar; published windows move later only',
    body: calendarBody,
    answers: { 201: importShown },
    problems: ['calendar.invalid', 'conflict.exists', 'conflict.lostRace'],
    handler: async (context) => {
      const { deps, caller, body } = context;
      const { note, ...raw } = body;
      const done = await deps.prisma.$transaction(
        async (tx) => {
          // One import at a time, and over the calendar that the one before left.
          await tx.$executeRaw`LOCK TABLE calendar_version IN SHARE ROW EXCLUSIVE MODE`;
          const base = await deps.law.calendar();
          if ((await tx.calendarVersion.count({ where: { version: raw.version } })) > 0) throw new Problem('conflict.exists');
          try {
            const applied = await applyCalendarImport(tx, base, checkImport(base, raw), { personId: caller.personId, note });
            await audit(tx, context, 'importCalendar', raw.version, { changes: applied.changes.length });
            return applied;
          } catch (error) {
            throw calendarProblem(error);
          }
        },
        { timeout: 60_000 },
      );
      return {
        status: 201,
        body: {
          version: done.calendar.version,
          warnings: done.warnings,
          changes: done.changes.map(changeShown),
        },
      };
    },
  }),
];
