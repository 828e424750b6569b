/**
 * Points at which a process of the service can be killed, put in from outside: the libraries that the service talks to
 * PostgreSQL, Temporal, SMTP and HTTP with are wrapped before the service is started, so that its own code knows nothing
 * of them. Whatever armed point the process comes to first ends it there, by SIGKILL.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createTransport } from 'nodemailer';
import { Client } from 'pg';

/** What a process counts as a step of its own in the database, by the statement that it takes. */
const statements: Record<string, RegExp> = {
  'dispatcher claim': /SELECT claim_inbox\(/,
  'dispatcher refuse': /SELECT answer_refused\(/,
  'api receive': /SELECT receive_act\(/,
  'outbox post': /INSERT INTO message /,
  'outbox note': /^UPDATE outbox SET delivered_at/,
};

/** Calls of the dispatcher that bring an act to its case. */
const deliveries: Record<string, string> = {
  StartWorkflowExecution: 'dispatcher start',
  UpdateWorkflowExecution: 'dispatcher deliver',
  ExecuteMultiOperation: 'dispatcher deliver',
};

const armed = new Set<string>();
let firedFile = '';

/** Arms the points; each file line later says which one was come to. */
export function arm(points: readonly string[], file: string): void {
  armed.clear();
  for (const point of points) armed.add(point);
  firedFile = file;
}

function reached(point: string): void {
  if (!armed.has(point)) return;
  appendFileSync(firedFile, `${point}\n`);
  process.kill(process.pid, 'SIGKILL');
  // Nothing of this process must go on while the signal is on its way.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Wraps the libraries. To be called before anything of the service is started; tells of the activities when they are registered. */
export function putInKillPoints(onActivities: (names: string[]) => void): void {
  wrapActivities(onActivities);
  wrapDeliveries();
  wrapStatements();
  wrapMail();
  wrapAnswers();
}

/** The activity in whose name a statement is sent. */
const activity = new AsyncLocalStorage<string>();

type Activities = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** What an activity does for a case depends on what it was called with: an act from the inbox, time, or what follows. */
function variantOf(name: string, [input]: unknown[]): string {
  if (name !== 'settle') return `activity ${name}`;
  const settlement = input as { refusal?: unknown; request?: { fromInbox: boolean; events: unknown[] } };
  if (settlement.refusal !== undefined) return 'activity settle of a refusal';
  if (settlement.request?.fromInbox) return 'activity settle of an act';
  return settlement.request?.events.length ? 'activity settle of a wake' : 'activity settle of what follows';
}

function wrapActivities(onActivities: (names: string[]) => void): void {
  const create = Worker.create.bind(Worker);
  Worker.create = (options) => {
    const real = options.activities as Activities;
    onActivities(Object.keys(real));
    const wrapped = Object.entries(real).map(([name, run]) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        const subject = variantOf(name, args);
        reached(`${subject}: before`);
        const result = await activity.run(subject, () => run(...args));
        reached(`${subject}: acknowledging`);
        return result;
      },
    ]);
    return create({ ...options, activities: Object.fromEntries(wrapped) as Activities });
  };
}

type Send = (
  native: unknown,
  method: { name: string },
  data: unknown,
  callback: (error: unknown, value?: unknown) => void,
) => void;

function wrapDeliveries(): void {
  const prototype = NativeConnection.prototype as unknown as { sendRequest: Send };
  const send = prototype.sendRequest;
  prototype.sendRequest = function (native, method, data, callback) {
    const subject = deliveries[method.name];
    if (subject === undefined) return send.call(this, native, method, data, callback);
    reached(`${subject}: before`);
    send.call(this, native, method, data, (error, value) => {
      if (!error) reached(`${subject}: answered`);
      callback(error, value);
    });
  };
}

type Query = (...args: unknown[]) => unknown;
type Result = { rows?: unknown[] } | undefined;

/** Of a transaction a step counts as committed when the transaction does. */
const inTransaction = new WeakMap<object, Set<string>>();

function wrapStatements(): void {
  const prototype = Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  prototype.query = function (this: object, ...args: unknown[]): unknown {
    const [first] = args;
    const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '');
    const done = began(this, text);
    const last = args.at(-1);
    if (typeof last === 'function') {
      const callback = last as (error: unknown, result: Result) => void;
      args[args.length - 1] = (error: unknown, result: Result): void => {
        if (!error) done(result);
        callback(error, result);
      };
      return query.apply(this, args);
    }
    const answer = query.apply(this, args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then((result: Result) => {
      done(result);
      return result;
    });
  };
}

/** Notes what the statement is, and answers what to do when it has succeeded. */
function began(client: object, text: string): (result: Result) => void {
  if (/^BEGIN/i.test(text)) {
    inTransaction.set(client, new Set());
    return () => undefined;
  }
  const open = inTransaction.get(client);
  if (/^(COMMIT|ROLLBACK)/i.test(text)) {
    inTransaction.delete(client);
    return () => {
      if (/^COMMIT/i.test(text)) for (const subject of open ?? []) reached(`${subject}: committed`);
    };
  }
  const caller = activity.getStore();
  const found = caller === undefined ? Object.entries(statements).find(([, pattern]) => pattern.test(text))?.[0] : undefined;
  if (found) reached(`${found}: before`);
  const subjects = [found, caller].filter((one) => one !== undefined);
  if (open) {
    for (const subject of subjects) open.add(subject);
    return () => undefined;
  }
  return (result) => {
    // A look that found nothing to claim is no step.
    if (found === 'dispatcher claim' && !result?.rows?.length) return;
    for (const subject of subjects) reached(`${subject}: committed`);
  };
}

function wrapMail(): void {
  type SendMail = (letter: object, callback?: (error: unknown, info: unknown) => void) => unknown;
  const prototype = Object.getPrototypeOf(createTransport({ jsonTransport: true })) as { sendMail: SendMail };
  const sendMail = prototype.sendMail;
  prototype.sendMail = function (letter, callback) {
    reached('mail send: before');
    const sent = sendMail.call(this, letter, callback);
    return sent instanceof Promise
      ? sent.then((info: unknown) => {
          reached('mail send: accepted');
          return info;
        })
      : sent;
  };
}

function wrapAnswers(): void {
  const prototype = ServerResponse.prototype as unknown as { end: Query };
  const end = prototype.end;
  prototype.end = function (this: ServerResponse, ...args: unknown[]): unknown {
    const { method, url = '', originalUrl = url } = this.req as ServerResponse['req'] & { originalUrl?: string };
    if (method === 'POST' && originalUrl.endsWith('/acts')) reached('api answer: before');
    return end.apply(this, args);
  };
}
