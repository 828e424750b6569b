/** A mail server that keeps what it took, by Message-ID, and can be slow, refuse, or be gone. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { pickPort } from '../../../runtime/ports.ts';

export type Mood = 'well' | 'refusing' | 'slow';

export class Mailbox {
  /** Letters taken, each as often as it came. */
  readonly taken = new Map<string, number>();
  /** Attempts that were refused. */
  refused = 0;
  mood: Mood = 'well';
  /** How long a slow server thinks before it takes a letter. */
  slowMs = 2_000;
  readonly port: number;
  #server: SMTPServer | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox(await pickPort());
    await mailbox.come();
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Letters that came more than once. */
  get twice(): number {
    return [...this.taken.values()].filter((times) => times > 1).length;
  }

  /** Begins to listen, again on the same port. */
  async come(): Promise<void> {
    const server = new SMTPServer({
      closeTimeout: 100,
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, callback) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => this.#take(text, callback));
      },
    });
    server.on('error', () => undefined);
    server.listen(this.port, '127.0.0.1');
    await once(server.server, 'listening');
    this.#server = server;
    if ((server.server.address() as AddressInfo).port !== this.port) throw new Error('The mail server listens elsewhere');
  }

  /** Is gone: nothing listens any more. */
  async go(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise<void>((done) => server.close(() => done()));
  }

  #take(text: string, callback: (error?: Error) => void): void {
    if (this.mood === 'refusing') {
      this.refused += 1;
      callback(new Error('try later'));
      return;
    }
    const take = (): void => {
      const id = /^Message-ID: (.+)$/im.exec(text)?.[1]?.trim() ?? '';
      this.taken.set(id, (this.taken.get(id) ?? 0) + 1);
      callback();
    };
    if (this.mood === 'slow') setTimeout(take, this.slowMs);
    else take();
  }
}
