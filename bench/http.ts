/** A client of the least cost, so that what is measured is the server. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

export interface Reply<T = unknown> {
  status: number;
  body: T;
}

/** Sends JSON, answers JSON. */
export function send<T = unknown>(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<T>> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        agent,
        headers: {
          ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = Buffer.concat(chunks).toString('utf8');
          try {
            resolve({ status: response.statusCode ?? 0, body: (received === '' ? undefined : JSON.parse(received)) as T });
          } catch {
            reject(new Error(`${method} ${url}: ${response.statusCode} ${received.slice(0, 200)}`));
          }
        });
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close an idle connection at the moment at which it is used again; nothing of this was read then.
      if (sent.reusedSocket && error.code === 'ECONNRESET') send<T>(method, url, body, headers).then(resolve, reject);
      else reject(error);
    });
    sent.end(text);
  });
}

/** Sends so many a second for so long, whether or not the earlier ones are answered; milliseconds from the due moment of each. */
export async function steadily(perSecond: number, seconds: number, once: (n: number) => Promise<void>): Promise<number[]> {
  const began = performance.now();
  const total = Math.round(perSecond * seconds);
  const sent: Promise<number>[] = [];
  for (let n = 0; n < total; n++) {
    const due = began + (n * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((next) => setTimeout(next, wait));
    sent.push(once(n).then(() => performance.now() - due));
  }
  return Promise.all(sent);
}

/** Runs over the items, so many at a time. */
export async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(width, items.length) }, async () => {
      for (let i = next++; i < items.length; i = next++) await work(items[i]!);
    }),
  );
}
