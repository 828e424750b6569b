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

const readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) });

export const systemRoutes = [
  route({
    id: 'livez',
    method: 'get',
    path: '/livez',
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
    tag: 'system',
    zh: '服务是否就绪',
    en: 'Whether the service is ready',
    answers: { 200: readiness },
    handler: async ({ deps, response }) => {
      const names = Object.keys(deps.checks);
      const results = await Promise.all(Object.values(deps.checks).map((check) => check().catch(() => false)));
      const checks = Object.fromEntries(names.map((name, i) => [name, results[i] === true]));
      const ready = Object.values(checks).every(Boolean);
      if (ready) return { status: 200, body: { ready, checks } };
      // Probes read the status; people read which check fails.
      response.status(503).json({ ready, checks });
      return { status: 'raw' };
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
