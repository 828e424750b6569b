/** Reads a JSON body, with bounds on its size and depth. */
import { json, type Request, type Response } from 'express';
import { Problem } from './problems.ts';

/** Bytes of a JSON body. Files travel apart. */
const LARGEST = 1_048_576;
/** Nested lists and objects; nothing that is taken here comes near it. */
const DEEPEST = 64;

const parse = json({ limit: LARGEST, strict: true, type: 'application/json' });

/** The request's JSON, or the problem with it. */
export async function readJson(request: Request, response: Response): Promise<unknown> {
  if (request.is('application/json') === false) throw new Problem('request.unsupportedType');
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(bodyProblem(error))));
  });
  if (request.body === undefined) throw new Problem('request.malformed');
  refuseDepth(request.body);
  return request.body;
}

function bodyProblem(error: unknown): unknown {
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') return new Problem('request.tooLarge');
  if (status === 415) return new Problem('request.unsupportedType');
  // The rest of what the parser says is about bytes that are no JSON, or that stopped coming.
  if (status !== undefined && status < 500) return new Problem('request.malformed');
  return error;
}

/** Level by level, because a recursion would itself run out of stack on what it is to refuse. */
function refuseDepth(value: unknown): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST)
      throw new Problem('request.invalid', { errors: [{ pointer: '', zh: '嵌套过深', en: 'is nested too deeply' }] });
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []));
  }
}
