/** The express application: endpoints, the document and its page, and one place where every failure becomes a problem. */
import { randomUUID } from 'node:crypto';
import express, { Router, type Express, type NextFunction, type Request, type Response } from 'express';
import { pinoHttp } from 'pino-http';
import swaggerUi from 'swagger-ui-express';
import { loggedError } from '../contracts/loggedError.ts';
import type { Deps } from './deps.ts';
import { noticePages } from './noticePage.ts';
import { openApiDocument } from './openapi.ts';
import { Problem } from './problems.ts';
import { mount, type Route } from './route.ts';
import { routes as declared } from './routes/index.ts';
import { traceContext, traceUuid } from './trace.ts';

/** Where the API stands. */
export const BASE = '/api/v1';

/** Everything but the pages of a browser may forget where it came from. */
const headers = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'X-Frame-Options': 'DENY',
};

/** PostgreSQL away, a pool that gives no connection, a transaction that found no slot. */
const unavailable = /^(?:P1001|P1002|P1008|P1017|P2024|P2028|ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_AGAIN|08|53|57P)/;

/** No room on the disk of the database (which says so when it can still write that it cannot), or on ours. */
const noRoom = new Set(['53100', '58030', 'ENOSPC', 'EDQUOT']);

/** Conflicts between two writers that the database settled by refusing one. */
const races = new Set(['P2034', '40001', '40P01', '55P03']);

/** Two writers made the same thing; the other was first. */
const twins = new Set(['P2002', '23505']);

/** Text that PostgreSQL cannot hold: a NUL byte, half a character. No schema lets it by; this is for what has none. */
const unstorable = new Set(['22021', '22P05']);

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let at: unknown = error;
  while (typeof at === 'object' && at !== null && codes.length < 8) {
    const { code, originalCode, cause, meta } = at as Record<'code' | 'originalCode' | 'cause', unknown> & {
      meta?: { driverAdapterError?: unknown };
    };
    codes.push(...[code, originalCode].filter((one) => typeof one === 'string'));
    // Of a raw query Prisma keeps what the database said beside the error, not under it.
    at = cause ?? meta?.driverAdapterError;
  }
  return codes;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if ((error as Error | undefined)?.name === 'SubjectErased') return new Problem('subject.erased');
  if ((error as Error | undefined)?.name === 'KeyMissing') {
    const { keyId } = error as Error & { keyId: string };
    return new Problem('service.unavailable', {
      zh: `缺少密钥 ${keyId}，无法读取以其加密的内容；请管理员将该密钥重新配置`,
      en: `The key ${keyId} is not at hand, so what was encrypted under it cannot be read; an administrator must configure it again`,
    });
  }
  const codes = codesOf(error);
  if (codes.some((code) => races.has(code))) return new Problem('conflict.lostRace');
  if (codes.some((code) => twins.has(code))) return new Problem('conflict.exists');
  if (codes.some((code) => unstorable.has(code))) return new Problem('request.invalid');
  if (codes.some((code) => noRoom.has(code))) {
    return new Problem('service.unavailable', {
      zh: '存储空间不足，未作任何办理；请管理员清理或扩充磁盘',
      en: 'There is no room left to store anything; nothing was done. An administrator must make room on the disk',
      headers: { 'Retry-After': '60' },
    });
  }
  const away = codes.some((code) => unavailable.test(code));
  if (
    away ||
    /Connection ?(?:terminated|Closed)|Server has closed the connection|Can't reach database/.test(
      (error as Error | undefined)?.message ?? '',
    )
  ) {
    return new Problem('service.unavailable', { headers: { 'Retry-After': '5' } });
  }
  // What express itself refuses, such as a path that is not valid UTF-8.
  const { status } = (error ?? {}) as { status?: number };
  return status !== undefined && status >= 400 && status < 500 ? new Problem('request.invalid') : new Problem('service.internal');
}

/** The application over its dependencies. `extra` is mounted beside the API: the development issuer. */
export function createApp(deps: Deps, options: { version: string; extra?: Router } = { version: '0' }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((request, response, next) => {
    const { traceId, traceparent } = traceContext(request.get('traceparent'));
    response.locals['traceId'] = traceId;
    response.set('traceparent', traceparent);
    next();
  });
  app.use(
    pinoHttp({
      logger: deps.log,
      genReqId: () => randomUUID(),
      customProps: (_request, response) => ({ traceId: (response as Response).locals['traceId'] as string }),
      // Addresses and outcomes only: neither tokens nor bodies belong in a log.
      serializers: {
        req: ({ id, method, url }: Request) => ({ id, method, path: url.split('?')[0] }),
        res: ({ statusCode }: Response) => ({ statusCode }),
        err: (error: { raw?: unknown }) => loggedError(error.raw ?? error),
      },
    }),
  );
  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  const api = Router();
  const document = openApiDocument(declared, options.version);
  api.get('/openapi.json', (_request, response) => void response.json(document));
  api.use('/docs', swaggerUi.serve, swaggerUi.setup(document, { customSiteTitle: 'fuquan API' }));
  mount(
    api,
    declared.filter(({ atRoot }) => !atRoot),
    deps,
  );
  app.use(BASE, api);
  mount(
    app,
    declared.filter(({ atRoot }) => atRoot),
    deps,
  );
  app.use(noticePages(deps));
  if (options.extra) app.use(options.extra);
  app.use(() => {
    throw new Problem('notFound');
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    const problem = problemOf(error);
    if (problem.body.status >= 500) request.log.error({ err: error }, 'Request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    response
      .status(problem.body.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify({ ...problem.body, instance: `urn:uuid:${traceUuid(response.locals['traceId'] as string)}` }));
  });
  return app;
}

/** Every declared endpoint; tests and documents walk it. */
export const routes: readonly Route[] = declared;
