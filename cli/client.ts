/** What commands that speak to the running service by HTTP share. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from './database.ts';

export interface ClientOptions {
  url?: string;
  token?: string;
  institution?: string;
  role?: string;
  department?: string;
  person?: string;
  json?: boolean;
}

/** Adds the options that say where the service is and who calls, by a token or as the development issuer names them. */
export function withClientOptions(command: Command): Command {
  return withIssuerOptions(command).option('--token <token>', '令牌；默认取 FUQUAN_TOKEN / token; else FUQUAN_TOKEN');
}

/** Adds those by which the development issuer names somebody. */
export function withIssuerOptions(command: Command): Command {
  return command
    .option('--url <url>', '服务地址；默认为运行中的服务 / address of the service; else the one that runs here')
    .option('--institution <code>', '单位代码 / code of the institution')
    .option('--role <role>', '以某角色的人员身份（仅开发环境）/ as somebody with the role (development only)')
    .option('--department <department>', '该角色所属部门 / department of that role')
    .option('--person <id>', '以某人身份（仅开发环境）/ as the person (development only)')
    .option('--json', '输出 JSON / answer in JSON');
}

/** A request that the service refused; the call ends with code 1. */
class Refused extends Error {
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    const { zh, en, code, errors } = (body ?? {}) as {
      zh?: string;
      en?: string;
      code?: string;
      errors?: { pointer: string; zh: string; en: string }[];
    };
    const lines = (errors ?? []).map((one) => `  ${one.pointer}: ${one.zh} / ${one.en}`);
    super([`${status} ${code ?? ''} ${zh ?? ''} / ${en ?? ''}`, ...lines].join('\n'));
    this.name = 'Refused';
    this.body = body;
  }
}

/** Address of the service: as given, by FUQUAN_API_URL, or the one that runs on the data directory. */
export async function serviceUrl(given: string | undefined): Promise<string> {
  const named = given ?? process.env['FUQUAN_API_URL'];
  if (named !== undefined) return named.replace(/\/+$/, '');
  const { findRunning } = await import('../runtime/running.ts');
  const running = await findRunning(process.env['FUQUAN_DATA_DIR'] ?? 'data').catch(() => undefined);
  if (running?.apiUrl !== undefined) return running.apiUrl;
  throw new UsageError(
    '没有运行中的服务；请先执行 npm start，或用 --url 指明地址',
    'no service runs here; run npm start first, or name its address with --url',
  );
}

/** Asks, and answers the body: parsed where it is JSON. */
export async function ask(url: string, path: string, init: RequestInit & { token?: string } = {}): Promise<unknown> {
  const { token, ...request } = init;
  const headers = {
    ...(request.headers as Record<string, string>),
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, { ...request, headers });
  } catch {
    throw new UsageError(`无法连接 ${url}`, `cannot reach ${url}`);
  }
  const text = await response.text();
  const body: unknown = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export interface DevToken {
  token: string;
  personId: string;
  roles: string[];
}

/** A token of the development issuer for who is described. */
export async function devToken(url: string, { institution, role, department, person }: ClientOptions): Promise<DevToken> {
  if (role === undefined && person === undefined) {
    throw new UsageError('请用 --role 或 --person 指明是谁', 'say who it is with --role or --person');
  }
  const asked = Object.entries({ institution, role, department, person }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return (await ask(url, `/dev/token?${new URLSearchParams(asked).toString()}`)) as DevToken;
}

/** The token to call with: given, from the environment, or of the development issuer. */
export async function tokenFor(url: string, options: ClientOptions): Promise<string> {
  const given =
    options.token ?? (options.role === undefined && options.person === undefined ? process.env['FUQUAN_TOKEN'] : undefined);
  return given ?? (await devToken(url, options)).token;
}

/** JSON from the command line; `@file` reads it from a file. */
export async function jsonArgument(text: string): Promise<unknown> {
  const source = text.startsWith('@') ? await readArgument(text.slice(1)) : text;
  try {
    return JSON.parse(source);
  } catch {
    throw new UsageError('不是合法的 JSON', 'this is not valid JSON');
  }
}

async function readArgument(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`读不到 ${path}`, `Cannot read ${path}`);
  }
}

/** Runs a command's work, and tells what stopped it: code 2 for a wrong call, 1 for what the service refused. */
export async function run(work: () => Promise<void>, json: boolean | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Refused)) throw error;
    process.exitCode = error instanceof UsageError ? 2 : 1;
    const body = error instanceof Refused ? error.body : { error: error.message };
    if (json === true) process.stdout.write(`${JSON.stringify(body)}\n`);
    else process.stderr.write(`${error.message}\n`);
  }
}
