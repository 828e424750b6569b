/**
 * One helper declares an endpoint: its path, schemas, who may call it and what does the work. Express and the OpenAPI
 * document are both fed from it, so neither can say what the other does not do.
 */
import type { NextFunction, Request, Response, Router } from 'express';
import { z } from 'zod';
import { fieldErrors } from '../contracts/schemas.ts';
import type { Caller } from './access.ts';
import { readJson } from './body.ts';
import type { Deps } from './deps.ts';
import { Problem, type ProblemCode } from './problems.ts';
import { endpointTable, neededFor, type Audience, type EndpointId } from './table.ts';

/** What a handler gets: everything parsed and authorised. */
export interface Context<P = unknown, Q = unknown, B = unknown> {
  deps: Deps;
  caller: Caller;
  params: P;
  query: Q;
  body: B;
  /** The body as it was sent, for hashing. */
  sent: unknown;
  ifMatch: string | undefined;
  idempotencyKey: string | undefined;
  /** Id of the request's trace, in log, problems and the inbox. */
  traceId: string;
  request: Request;
  response: Response;
}

/** What a handler answers. `raw` was already sent by the handler itself. */
export type Answer =
  | { status: 200 | 201 | 202 | 503; body: unknown; etag?: string; headers?: Record<string, string> }
  | { status: 204; etag?: string }
  | { status: 'raw' };

export interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  /** Operation id in the document, key in the endpoint table. */
  id: EndpointId;
  method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for parameters; under the API's base address, or at the root where machines expect it. */
  path: string;
  atRoot?: true;
  tag: string;
  zh: string;
  en: string;
  params?: P;
  query?: Q;
  body?: B;
  /** What the document says of a body that is parsed in two goes. */
  bodyShown?: z.ZodType;
  /** A body that is not JSON: the handler reads it, the document says what it is. */
  upload?: boolean;
  /** Answers by status; `null` for one without a body, a media type for one that is not JSON, both where the caller chooses. */
  answers: Partial<Record<200 | 201 | 202 | 204 | 503, z.ZodType | string | null | [z.ZodType, string]>>;
  headers?: ('ifMatch' | 'idempotencyKey')[];
  problems?: ProblemCode[];
  handler: (context: Context<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer>;
}

/** A declared endpoint with its types forgotten. */
export interface Route extends Omit<RouteSpec<z.ZodObject, z.ZodObject, z.ZodType>, 'handler'> {
  audience: Audience;
  handler: (context: Context) => Promise<Answer>;
}

const nothing = z.object({});

/** Declares an endpoint. */
export function route<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<P, Q, B>): Route {
  return { ...spec, audience: endpointTable[spec.id] } as unknown as Route;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw new Problem('request.invalid', { errors: fieldErrors(result.error, at) });
  return result.data;
}

/** Query parameters by name; one given twice is refused, since nobody can tell which was meant. */
function queryOf(request: Request): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URL(request.url, 'http://localhost').searchParams) {
    if (Object.hasOwn(found, name)) {
      throw new Problem('request.invalid', { errors: [{ pointer: name, zh: '参数重复', en: 'is given twice' }] });
    }
    found[name] = value;
  }
  return found;
}

async function contextFor(
  declared: Route,
  querySchema: z.ZodObject,
  deps: Deps,
  request: Request,
  response: Response,
): Promise<Context> {
  const traceId = response.locals['traceId'] as string;
  const params = parsed(declared.params ?? nothing, request.params, '');
  // Who it is comes before what was sent: a stranger's body is not read at all.
  const caller = await deps.access.callerFor(
    declared.audience,
    request.headers.authorization,
    (params as { institution?: string }).institution,
    neededFor[declared.id],
  );
  const query = parsed(querySchema, queryOf(request), '');
  const sent = declared.body === undefined ? undefined : await readJson(request, response);
  const body = declared.body === undefined ? undefined : parsed(declared.body, sent, '');
  return {
    deps,
    caller,
    params,
    query,
    body,
    sent,
    traceId,
    ifMatch: request.get('if-match'),
    idempotencyKey: request.get('idempotency-key'),
    request,
    response,
  };
}

function send(declared: Route, deps: Deps, response: Response, answer: Answer): void {
  if (answer.status === 'raw') return;
  if (answer.etag !== undefined) response.set('ETag', answer.etag);
  if (answer.status === 204) {
    response.status(204).end();
    return;
  }
  const schema = declared.answers[answer.status];
  // Under test every answer is held against its schema, so that the document cannot promise what is not sent.
  if (deps.checkAnswers) (Array.isArray(schema) ? schema[0] : (schema as z.ZodType)).parse(answer.body);
  response
    .status(answer.status)
    .set(answer.headers ?? {})
    .json(answer.body);
}

const names = (path: string): number => path.split(':').length;

/** Puts every endpoint on the router; other methods on the same path answer 405. */
export function mount(router: Pick<Router, Route['method'] | 'all'>, routes: readonly Route[], deps: Deps): void {
  const methods = new Map<string, Set<string>>();
  for (const declared of routes) {
    const path = declared.path.replaceAll(/\{(\w+)\}/g, ':$1');
    // Made once: a schema that is new is compiled anew.
    const querySchema = (declared.query ?? nothing).strict();
    router[declared.method](path, (request: Request, response: Response, next: NextFunction) => {
      const began = performance.now();
      response.once('finish', () => deps.metrics.answered(declared.id, response.statusCode, (performance.now() - began) / 1_000));
      contextFor(declared, querySchema, deps, request, response)
        .then((context) => declared.handler(context))
        .then((answer) => send(declared, deps, response, answer))
        .catch(next);
    });
    methods.set(path, (methods.get(path) ?? new Set()).add(declared.method.toUpperCase()));
  }
  // A word before a name: `/packs/preview` also looks like `/packs/{id}`, whose methods are others.
  for (const [path, allowed] of [...methods].toSorted(([a], [b]) => names(a) - names(b))) {
    router.all(path, () => {
      throw new Problem('request.methodNotAllowed', { headers: { Allow: [...allowed].join(', ') } });
    });
  }
}
