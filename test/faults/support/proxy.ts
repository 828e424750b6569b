/** A way between two programs that can be cut: at once, or when a certain thing has been asked and its answer is on the way back. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Line {
  near: Socket;
  far: Socket;
  /** The next bytes from the far side are lost, and the line with them. */
  doomed: boolean;
}

export class Proxy {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #pattern: Buffer | undefined;
  #onCut: () => void = () => undefined;

  private constructor(target: () => number) {
    this.#server = createServer((near) => this.#open(near, connect(target(), '127.0.0.1')));
  }

  /** Listens on a port of its own and leads to the target's. */
  static async to(target: () => number): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all lines; new ones can be opened at once. Answers how many there were. */
  cut(): number {
    const count = this.#lines.size;
    for (const line of this.#lines) this.#end(line);
    return count;
  }

  /** Lets the next request that holds the text through, loses what is answered to it, and cuts its line. Comes back then. */
  async cutAnswerTo(text: string): Promise<void> {
    this.#pattern = Buffer.from(text);
    await new Promise<void>((cut) => (this.#onCut = cut));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    this.cut();
    await closed;
  }

  #open(near: Socket, far: Socket): void {
    const line: Line = { near, far, doomed: false };
    this.#lines.add(line);
    near.on('data', (chunk) => {
      if (this.#pattern && chunk.includes(this.#pattern)) {
        this.#pattern = undefined;
        line.doomed = true;
      }
      if (!far.write(chunk)) near.pause();
    });
    far.on('data', (chunk) => {
      if (line.doomed) {
        this.#end(line);
        this.#onCut();
      } else if (!near.write(chunk)) far.pause();
    });
    near.on('drain', () => far.resume());
    far.on('drain', () => near.resume());
    for (const socket of [near, far]) {
      socket.on('error', () => this.#end(line));
      socket.on('end', () => (socket === near ? far : near).end());
      socket.on('close', () => this.#end(line));
    }
  }

  #end(line: Line): void {
    this.#lines.delete(line);
    if (!line.near.destroyed) line.near.resetAndDestroy();
    if (!line.far.destroyed) line.far.resetAndDestroy();
  }
}
