/** The OpenAPI 3.1 document, made of the declared routes alone. */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig, type ZodContentObject } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { catalogue, type ProblemCode } from './problems.ts';
import type { Route } from './route.ts';

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const bilingual = z.object({ zh: z.string(), en: z.string() });

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    zh: z.string(),
    en: z.string(),
    todo: bilingual.optional(),
    instance: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), zh: z.string(), en: z.string() })).optional(),
    clause: z.string().optional(),
    persons: z.array(z.string()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem; both languages, always' });

const headerSchemas = {
  ifMatch: { name: 'If-Match', description: 'ETag of the version that was read', schema: z.string() },
  idempotencyKey: {
    name: 'Idempotency-Key',
    description: 'A new key for each act, the same one to retry it',
    schema: z.string().min(8).max(128),
  },
} as const;

const TOO_MANY = 429;
const retryAfter = { 'Retry-After': { description: '几秒后可重试 / seconds to wait', schema: { type: 'integer' as const } } };

/** Problems any endpoint can answer with, by what it takes. */
function problemsOf(route: Route): ProblemCode[] {
  const found: ProblemCode[] = ['request.invalid', 'service.internal', 'service.unavailable', ...(route.problems ?? [])];
  if (route.audience !== 'anyone') found.push('auth.required', 'auth.invalid', 'auth.expired', 'auth.unknownPerson');
  if (Array.isArray(route.audience)) found.push('access.denied');
  if (route.path.includes('{')) found.push('notFound');
  if (route.body !== undefined) found.push('request.malformed', 'request.tooLarge', 'request.unsupportedType');
  if (route.headers?.includes('ifMatch')) found.push('precondition.required', 'precondition.failed', 'conflict.lostRace');
  if (route.headers?.includes('idempotencyKey')) {
    found.push('idempotency.keyMissing', 'idempotency.keyInvalid', 'idempotency.otherBody');
  }
  return [...new Set(found)];
}

const contentOf = (schema: z.ZodType | string): ZodContentObject =>
  typeof schema === 'string' ? { [schema]: { schema: { type: 'string' } } } : { 'application/json': { schema } };

function responsesOf(route: Route): RouteConfig['responses'] {
  const responses: RouteConfig['responses'] = {};
  for (const [status, schema] of Object.entries(route.answers)) {
    if (schema === null) responses[status] = { description: 'Done' };
    else responses[status] = { description: 'Done', content: Object.assign({}, ...[schema].flat().map(contentOf)) };
  }
  const problems = problemsOf(route);
  for (const status of new Set(problems.map((code) => catalogue[code].status))) {
    const codes = problems.filter((code) => catalogue[code].status === status);
    // A status may have an answer of its own beside problems: `/readyz` says 503 in its own words.
    const declared = responses[status];
    const own = declared && 'content' in declared ? declared.content : {};
    responses[status] = {
      description: codes.map((code) => `\`${code}\` ${catalogue[code].zh} / ${catalogue[code].en}`).join('\n\n'),
      ...(status === TOO_MANY && { headers: retryAfter }),
      content: { ...own, 'application/problem+json': { schema: problem } },
    };
  }
  return responses;
}

function requestOf(route: Route): NonNullable<RouteConfig['request']> {
  const upload = z.object({ file: z.string().meta({ format: 'binary' }) });
  return {
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { query: route.query } : {}),
    ...(route.headers
      ? {
          headers: z.object(
            Object.fromEntries(
              route.headers.map((name) => [
                headerSchemas[name].name,
                headerSchemas[name].schema.meta({ description: headerSchemas[name].description }),
              ]),
            ),
          ),
        }
      : {}),
    ...(route.body
      ? { body: { required: true, content: { 'application/json': { schema: route.bodyShown ?? route.body } } } }
      : {}),
    ...(route.upload ? { body: { required: true, content: { 'multipart/form-data': { schema: upload } } } } : {}),
  };
}

function securityOf({ audience }: Route): { description: string; security: { bearer: [] }[] } {
  if (audience === 'anyone') return { description: '无需令牌 / no token', security: [] };
  const who = audience === 'token' ? '任何有效令牌 / any valid token' : `角色 / roles: ${audience.join(', ')}`;
  return { description: who, security: [{ bearer: [] }] };
}

/** The document of the routes under `/api/v1`. */
export function openApiDocument(routes: readonly Route[], version: string): Document {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
  for (const route of routes) {
    registry.registerPath({
      method: route.method,
      path: route.path,
      operationId: route.id,
      tags: [route.tag],
      ...(route.atRoot && { servers: [{ url: '/' }] }),
      summary: `${route.zh} / ${route.en}`,
      ...securityOf(route),
      request: requestOf(route),
      responses: responsesOf(route),
    });
  }
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'fuquan',
      version,
      description: '科技成果赋权流程服务 / Workflow service of technology-transfer offices',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
  });
  return plainPatterns(document);
}

/** Patterns are Unicode ones by the specification; the generator leaves the flag behind them, where nothing can match it. */
const plain = (key: string, value: unknown): unknown =>
  key === 'pattern' && typeof value === 'string' ? value.replace(/\$\/u$/, '$') : value;

const plainPatterns = (document: Document): Document => JSON.parse(JSON.stringify(document), plain) as Document;
