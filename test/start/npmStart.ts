/** `npm start` as a person runs it: through npm, in a session of its own as from a terminal, on a data folder of the test's. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pickPort } from '../../runtime/ports.ts';
import { cleanEnvironment } from '../harness/environment.ts';
import { waitFor } from '../harness/services.ts';

export interface Ended {
  code: number | null;
  output: string;
}

export class NpmStart {
  readonly dataDir: string;
  readonly npm: number;
  readonly ended: Promise<Ended>;
  readonly #said: string[] = [];
  #over = false;

  constructor(dataDir: string, env: NodeJS.ProcessEnv, options: string[] = []) {
    this.dataDir = dataDir;
    const child = spawn('npm', ['start', ...options], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...cleanEnvironment(), FUQUAN_DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => void this.#said.push(text));
    this.npm = child.pid!;
    this.ended = new Promise((tell) =>
      child.once('close', (code) => {
        this.#over = true;
        tell({ code, output: this.output });
      }),
    );
  }

  /** Started on free ports, and ready. Two starts at once would both find the usual ones free; a folder keeps its servers'. */
  static async ready(dataDir: string, env: NodeJS.ProcessEnv = {}, options: string[] = []): Promise<NpmStart> {
    const servers = existsSync(join(dataDir, 'temporal.json')) ? [] : ['FUQUAN_POSTGRES_PORT', 'FUQUAN_TEMPORAL_PORT'];
    const ports: NodeJS.ProcessEnv = {};
    for (const name of ['FUQUAN_API_PORT', 'FUQUAN_OPERATIONS_PORT', ...servers]) ports[name] = String(await pickPort());
    const one = new NpmStart(dataDir, { ...ports, ...env }, options);
    await one.says('Ready');
    return one;
  }

  get output(): string {
    return this.#said.join('');
  }

  /** Waits for the words; an end without them fails at once, with all that was said. */
  async says(words: string): Promise<void> {
    await waitFor(() => this.#over || this.output.includes(words), { what: `"${words}"`, timeoutMs: 100_000 });
    if (!this.output.includes(words)) throw new Error(`It ended without saying "${words}":\n${this.output}`);
  }

  /** What a line that begins with the words says further. */
  told(words: string): string {
    const line = this.output.split('\n').find((each) => each.startsWith(words));
    if (line === undefined) throw new Error(`No line begins with "${words}":\n${this.output}`);
    return line.slice(words.length).trim();
  }

  get url(): string {
    return this.told('API  ');
  }

  /** The server of the program's name that this start runs. */
  server(program: 'postgres' | 'temporal'): number {
    const found = processesOf(this.dataDir).find(({ command }) => command.split(' ')[0]!.split('/').at(-1)!.includes(program));
    if (!found) throw new Error(`No ${program} runs`);
    return found.pid;
  }

  /** Ctrl-C in a terminal: every process of the group is told, npm among them. */
  async ctrlC(): Promise<Ended> {
    process.kill(-this.npm, 'SIGINT');
    return this.gone();
  }

  /** Waits until it and all that it started is gone. */
  async gone(): Promise<Ended> {
    const ended = await this.ended;
    await nothingLeft(this.dataDir);
    return ended;
  }

  /** For whatever a failed test left running. */
  async clear(): Promise<void> {
    for (const { pid } of processesOf(this.dataDir)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went by itself.
      }
    }
    await this.ended;
  }
}

export async function nothingLeft(dataDir: string): Promise<void> {
  try {
    await waitFor(() => processesOf(dataDir).length === 0, { what: 'every process to be gone' });
  } catch (cause) {
    throw new Error(`Left over:\n${JSON.stringify(processesOf(dataDir), null, 2)}`, { cause });
  }
}

/** Every process that was started for the data folder: each has it in its arguments or in the environment it was born with. */
function processesOf(dataDir: string): { pid: number; command: string }[] {
  const table = execFileSync('ps', ['axeww', '-o', 'pid=,stat=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return table.split('\n').flatMap((line) => {
    const [, pid, state = '', command = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return line.includes(dataDir) && !state.startsWith('Z') ? [{ pid: Number(pid), command: command.slice(0, 160) }] : [];
  });
}
