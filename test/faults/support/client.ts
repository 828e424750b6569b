/**
 * A client as clients should be: an act that was not acknowledged is sent again under the same key until it is, and a
 * receipt is asked for its answer. It keeps what it was told, for a comparison with what the service holds.
 */
import { randomUUID } from 'node:crypto';
import type { ActAnswer } from '../../../contracts/messages.ts';

export interface SentAct {
  institution: string;
  caseId: string;
  /** Who sends it, by person id. */
  personId: string;
  type: string;
  onBehalfOf?: string | undefined;
  body?: unknown;
}

/** A problem as the API tells it. */
export interface ToldProblem {
  code: string;
  status: number;
  zh: string;
  en: string;
  errors?: { pointer: string }[];
  clause?: string;
}

/** What a client was told of an act: at first a receipt or already the answer, in the end the answer. */
export interface Acknowledged extends SentAct {
  key: string;
  actId: string;
  /** When it was sent first and when the acknowledgement came, by this machine's clock. */
  sentAt: number;
  acknowledgedAt: number;
  firstStatus: 200 | 202;
  tries: number;
  outcome: 'done' | 'refused';
  answer?: ActAnswer;
  problem?: ToldProblem;
}

/** An act that was refused at the door: nothing was received. */
export interface TurnedAway {
  turnedAway: ToldProblem;
}

export interface ClientOptions {
  url: string;
  token: (personId: string) => Promise<string>;
  /** How long to go on trying. */
  patienceMs?: number;
}

const RETRY_MS = 100;
const POLL_MS = 100;
const REQUEST_MS = 20_000;

interface Heard {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export class Client {
  /** Acts that were acknowledged, in the order of their acknowledgement. */
  readonly acknowledged: Acknowledged[] = [];
  /** Answers that a fault does not excuse: any 5xx but 503. */
  readonly faults: { status: number; path: string; body: unknown }[] = [];
  /** Called at each acknowledgement. */
  onAcknowledged: (act: { personId: string; status: number }) => void = () => undefined;
  readonly #options: ClientOptions;
  readonly #patienceMs: number;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? 120_000;
  }

  /** Sends the act until it is acknowledged, and waits for its answer. */
  async act(sent: SentAct, key: string = randomUUID()): Promise<Acknowledged | TurnedAway> {
    const { institution, caseId, personId, type, onBehalfOf, body } = sent;
    const base = `/api/v1/institutions/${institution}`;
    const sentAt = Date.now();
    const { tries, ...first } = await this.insist(personId, 'POST', `${base}/cases/${caseId}/acts`, {
      headers: { 'Idempotency-Key': key },
      body: { type, ...(onBehalfOf && { onBehalfOf }), ...(body !== undefined && { body }) },
    });
    const acknowledgedAt = Date.now();
    const actId = actIdOf(first);
    if (actId === undefined) return { turnedAway: first.body as unknown as ToldProblem };
    this.onAcknowledged({ personId, status: first.status });
    const known = { ...sent, key, actId, sentAt, acknowledgedAt, tries, firstStatus: first.status === 202 ? 202 : 200 } as const;
    // Kept before the answer is known: what was acknowledged counts, whatever comes of waiting.
    const kept: Acknowledged = { ...known, outcome: 'done' };
    this.acknowledged.push(kept);
    if (first.status === 202) Object.assign(kept, await this.#answerOf(personId, `${base}/acts/${actId}`));
    else Object.assign(kept, outcomeOf(first.status, first.body));
    return kept;
  }

  /** Sends a request until something answers it; what only an outage answers (503, no connection) is tried again. */
  async insist(
    personId: string,
    method: string,
    path: string,
    more: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Heard & { tries: number }> {
    const until = Date.now() + this.#patienceMs;
    const token = await this.#options.token(personId);
    for (let tries = 1; ; tries += 1) {
      const heard = await this.#send(token, method, path, more).catch((error: unknown) => ({ unheard: error }));
      if ('status' in heard) {
        if (heard.status < 500) return { ...heard, tries };
        if (heard.status !== 503) this.faults.push({ status: heard.status, path, body: heard.body });
      }
      if (Date.now() > until) throw new Error(`${method} ${path}: no answer in ${this.#patienceMs} ms`, { cause: heard });
      await new Promise((next) => setTimeout(next, RETRY_MS));
    }
  }

  /** A request that is sent once, with an answer that need not be JSON. */
  async once(personId: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${await this.#options.token(personId)}` };
    return fetch(`${this.#options.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(REQUEST_MS) });
  }

  async #send(
    token: string,
    method: string,
    path: string,
    { headers, body }: { headers?: Record<string, string>; body?: unknown },
  ): Promise<Heard> {
    const response = await fetch(`${this.#options.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? (JSON.parse(text) as Heard['body']) : {} };
  }

  async #answerOf(personId: string, path: string): Promise<Pick<Acknowledged, 'outcome' | 'answer' | 'problem'>> {
    const until = Date.now() + this.#patienceMs;
    for (;;) {
      const { status, body } = await this.insist(personId, 'GET', path);
      if (status !== 200) throw new Error(`The receipt ${path} cannot be read: ${status} ${JSON.stringify(body)}`);
      if (body['outcome'] !== 'received') return outcomeOf(200, body);
      if (Date.now() > until) throw new Error(`${path} is not answered in ${this.#patienceMs} ms`);
      await new Promise((next) => setTimeout(next, POLL_MS));
    }
  }
}

/** The id under which the act was received, if it was: in the body, or of a refusal in the place it points to. */
function actIdOf({ body, headers, status }: Heard): string | undefined {
  if (status === 200 || status === 202) return body['actId'] as string;
  return /\/acts\/([0-9a-f-]{36})$/.exec(headers.get('location') ?? '')?.[1];
}

function outcomeOf(status: number, body: Heard['body']): Pick<Acknowledged, 'outcome' | 'answer' | 'problem'> {
  if (status >= 400) return { outcome: 'refused', problem: body as unknown as ToldProblem };
  if (body['outcome'] === 'refused') return { outcome: 'refused', problem: body['refusal'] as ToldProblem };
  return { outcome: 'done', answer: body as unknown as ActAnswer };
}
