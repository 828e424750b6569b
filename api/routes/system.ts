/** Whether the service lives and is ready, and what its problems mean. */
import { z } from 'zod';
import { catalogue, problemType, type ProblemCode } from '../problems.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import { bilingual, listOf } from './common.ts';

const problemEntry = z.object({
  code: z.string(),
  type: z.string(),
  status: z.number().int(),
  zh: z.string(),
  en: z.string(),
  todo: bilingual,
});

const entryOf = (code: ProblemCode) => ({ code, type: problemType(code), ...catalogue[code] });

const health = z.object({
  ready: z.boolean(),
  parts: z.array(
    z.object({
      part: z.enum(['database', 'temporal', 'worker', 'calendar']),
      ok: z.boolean(),
      since: z.iso.datetime().optional(),
      zh: z.string().optional(),
      en: z.string().optional(),
      todo: bilingual.optional(),
    }),
  ),
});

export const systemRoutes = [
  route({
    id: 'livez',
    method: 'get',
    path: '/livez',
    atRoot: true,
    tag: 'system',
    zh: '进程是否存活',
    en: 'Whether the process lives',
    answers: { 200: z.object({ live: z.literal(true) }) },
    handler: async () => ({ status: 200, body: { live: true } }),
  }),
  route({
    id: 'readyz',
    method: 'get',
    path: '/readyz',
    atRoot: true,
    tag: 'system',
    zh: '服务是否就绪',
    en: 'Whether the service is ready',
    answers: { 200: health, 503: health },
    // Probes read the status; people read which part fails, since when, and what to do.
    handler: async ({ deps }) => {
      const body = await deps.health();
      return { status: body.ready ? 200 : 503, body };
    },
  }),
  route({
    id: 'listProblems',
    method: 'get',
    path: '/problems',
    tag: 'system',
    zh: '问题代码一览',
    en: 'The catalogue of problem codes',
    answers: { 200: listOf(problemEntry) },
    handler: async () => ({ status: 200, body: { items: (Object.keys(catalogue) as ProblemCode[]).map(entryOf) } }),
  }),
  route({
    id: 'getProblem',
    method: 'get',
    path: '/problems/{code}',
    tag: 'system',
    zh: '问题代码说明',
    en: 'What a problem code means',
    params: z.object({ code: z.string().max(100) }),
    answers: { 200: problemEntry },
    handler: async ({ params }) => {
      if (!Object.hasOwn(catalogue, params.code)) throw new Problem('notFound');
      return { status: 200, body: entryOf(params.code as ProblemCode) };
    },
  }),
];
