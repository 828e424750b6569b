import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LaunchError, reasonOf } from './launchError.ts';

/** Variables whose value may come from a file instead, named by the same variable with `_FILE`: secrets of a container. */
const SECRETS = ['DATABASE_URL', 'FUQUAN_CODEC_KEYS', 'SMTP_URL'] as const;

const port = z.coerce.number().int().min(1).max(65_535);
const flag = z.enum(['0', '1', 'false', 'true']).transform((text) => text === '1' || text === 'true');
const namespace = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/);

/** `id:base64`, by commas, the newest first; each key is 32 bytes. */
const codecKeys = z.string().transform((text, context): CodecKey[] =>
  text.split(',').map((part) => {
    const [id = '', key = ''] = part.trim().split(':');
    const bytes = Buffer.from(key, 'base64');
    if (!/^[\w-]{1,32}$/.test(id) || bytes.length !== 32) {
      context.addIssue({ code: 'custom', message: 'id:base64 (32 bytes), id:base64, …' });
    }
    return { id, key: bytes };
  }),
);

const environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  FUQUAN_ROLE: z.enum(['all', 'api', 'worker', 'migrate']).default('all'),
  FUQUAN_DATA_DIR: z.string().min(1).default('data'),
  FUQUAN_CACHE_DIR: z.string().min(1).optional(),
  FUQUAN_API_HOST: z.string().min(1).default('127.0.0.1'),
  FUQUAN_API_PORT: port.default(3000),
  /** Where people and the daily check reach the API; behind a proxy it is not what the API itself listens on. */
  FUQUAN_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where `/livez`, `/readyz` and `/metrics` of a process are; they are for operators and stay inside. */
  FUQUAN_OPERATIONS_HOST: z.string().min(1).default('127.0.0.1'),
  FUQUAN_OPERATIONS_PORT: port.optional(),
  /** MiB that one person may have uploaded in an institution without an act that names them. */
  FUQUAN_UPLOADS_WAITING_MIB: z.coerce.number().int().min(20).default(400),
  FUQUAN_POSTGRES_PORT: port.optional(),
  FUQUAN_TEMPORAL_PORT: port.optional(),
  FUQUAN_TEMPORAL_UI_PORT: port.optional(),
  FUQUAN_TEMPORAL_KIND: z.enum(['cli', 'server']).optional(),
  /** Whether workers read each notice every day, and days without a read are gaps in the publicity. */
  FUQUAN_CHECK_NOTICES: flag.default(true),
  FUQUAN_WAKE_SPREAD_SECONDS: z.coerce.number().int().min(0).max(600).default(600),
  FUQUAN_OFFLINE: flag.default(false),
  FUQUAN_REHEARSAL_NAMESPACE: namespace.default('fuquan-rehearsal'),
  FUQUAN_CODEC_KEYS: codecKeys.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d+$/)
    .optional(),
  TEMPORAL_NAMESPACE: namespace.default('fuquan'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z.string().min(3).optional(),
  FUQUAN_TOKEN_ISSUER: z.string().min(1).optional(),
  FUQUAN_TOKEN_AUDIENCE: z.string().min(1).default('fuquan'),
  FUQUAN_TOKEN_JWKS_URI: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** A key of the payload codec. */
export interface CodecKey {
  id: string;
  key: Uint8Array;
}

/** Everything the runtime reads from outside, typed; nothing else reads the environment. */
export interface RuntimeConfig {
  production: boolean;
  /** `all` runs everything in one process with embedded servers; the others are parts of a deployment. */
  role: 'all' | 'api' | 'worker' | 'migrate';
  dataDir: string;
  cacheDir: string | undefined;
  /** No attempt to download anything. */
  offline: boolean;
  /** `publicUrl` is where people, and the check that notices can be read, reach it. */
  api: { host: string; port: number; publicUrl: string };
  /** Bytes that one person may have uploaded in an institution without an act that names them. */
  uploadsWaiting: number;
  /** Without a port nothing is served, except in one process outside production, which takes a free one. */
  operations: { host: string; port: number | undefined };
  /** Off, no notice is read, and no day of one is a gap but what an officer records. */
  checkNotices: boolean;
  /** Cases opened from now on spread their own wake-ups at one instant over so long. */
  wakeSpreadMs: number;
  /** Undefined: an embedded PostgreSQL. */
  databaseUrl: string | undefined;
  postgresPort: number | undefined;
  temporal: {
    /** Undefined: a server of our own. */
    address: string | undefined;
    namespace: string;
    rehearsalNamespace: string;
    port: number | undefined;
    uiPort: number | undefined;
    kind: 'cli' | 'server' | undefined;
  };
  /** Newest first; undefined outside production: localSecrets.ts makes one. */
  codecKeys: CodecKey[] | undefined;
  mail: { url: string; from: string } | undefined;
  /** Who issues bearer tokens; undefined outside production: the development issuer. */
  tokens: { issuer: string; audience: string; jwksUri: string } | undefined;
  logLevel: z.infer<typeof environment>['LOG_LEVEL'];
}

/** Reads the environment, or says in one message everything that is wrong with it. */
export function readConfig(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): RuntimeConfig {
  const parsed = environment.safeParse(withSecretFiles(dropEmpty(env)));
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const value = parsed.data;
  const problems = contradictions(value);
  if (problems.length > 0) throw invalid(problems);
  return {
    production: value.NODE_ENV === 'production',
    role: value.FUQUAN_ROLE,
    dataDir: resolve(cwd, value.FUQUAN_DATA_DIR),
    cacheDir: value.FUQUAN_CACHE_DIR,
    offline: value.FUQUAN_OFFLINE,
    api: {
      host: value.FUQUAN_API_HOST,
      port: value.FUQUAN_API_PORT,
      publicUrl: (value.FUQUAN_PUBLIC_URL ?? `http://127.0.0.1:${value.FUQUAN_API_PORT}`).replace(/\/$/, ''),
    },
    uploadsWaiting: value.FUQUAN_UPLOADS_WAITING_MIB * 1024 * 1024,
    operations: { host: value.FUQUAN_OPERATIONS_HOST, port: value.FUQUAN_OPERATIONS_PORT },
    checkNotices: value.FUQUAN_CHECK_NOTICES,
    wakeSpreadMs: value.FUQUAN_WAKE_SPREAD_SECONDS * 1_000,
    databaseUrl: value.DATABASE_URL,
    postgresPort: value.FUQUAN_POSTGRES_PORT,
    temporal: {
      address: value.TEMPORAL_ADDRESS,
      namespace: value.TEMPORAL_NAMESPACE,
      rehearsalNamespace: value.FUQUAN_REHEARSAL_NAMESPACE,
      port: value.FUQUAN_TEMPORAL_PORT,
      uiPort: value.FUQUAN_TEMPORAL_UI_PORT,
      kind: value.FUQUAN_TEMPORAL_KIND,
    },
    codecKeys: value.FUQUAN_CODEC_KEYS,
    mail: value.SMTP_URL && value.SMTP_FROM ? { url: value.SMTP_URL, from: value.SMTP_FROM } : undefined,
    tokens:
      value.FUQUAN_TOKEN_ISSUER && value.FUQUAN_TOKEN_JWKS_URI
        ? { issuer: value.FUQUAN_TOKEN_ISSUER, audience: value.FUQUAN_TOKEN_AUDIENCE, jwksUri: value.FUQUAN_TOKEN_JWKS_URI }
        : undefined,
    logLevel: value.LOG_LEVEL,
  };
}

/** What each value alone cannot show. */
function contradictions(value: z.infer<typeof environment>): string[] {
  const problems: string[] = [];
  const need = (name: keyof typeof value, because: string): void => {
    if (value[name] === undefined) problems.push(`${name}: ${because}`);
  };
  if (value.FUQUAN_ROLE !== 'all') {
    const because = `FUQUAN_ROLE=${value.FUQUAN_ROLE} 需要它 · is needed by this role`;
    need('DATABASE_URL', because);
    need('TEMPORAL_ADDRESS', because);
  }
  if (value.NODE_ENV === 'production' && value.FUQUAN_ROLE !== 'migrate') {
    need('FUQUAN_CODEC_KEYS', '生产环境必须设置 · is needed in production');
  }
  if (value.NODE_ENV === 'production' && (value.FUQUAN_ROLE === 'api' || value.FUQUAN_ROLE === 'all')) {
    need('FUQUAN_TOKEN_ISSUER', '生产环境必须设置 · is needed in production');
    need('FUQUAN_TOKEN_JWKS_URI', '生产环境必须设置 · is needed in production');
  }
  if (value.SMTP_URL) need('SMTP_FROM', '设置 SMTP_URL 时需要发件人 · is needed with SMTP_URL');
  if (value.TEMPORAL_NAMESPACE === value.FUQUAN_REHEARSAL_NAMESPACE) {
    problems.push('FUQUAN_REHEARSAL_NAMESPACE: 不得与 TEMPORAL_NAMESPACE 相同 · must differ from TEMPORAL_NAMESPACE');
  }
  return problems;
}

/** A variable set to nothing is one that is not set; compose files pass such ones on. */
function dropEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function withSecretFiles(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const out = { ...env };
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    if (env[name]) throw invalid([`${name}, ${name}_FILE: 只能设置其一 · only one of them`]);
    try {
      out[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw invalid([`${name}_FILE: ${reasonOf(error)}`]);
    }
  }
  return out;
}

function invalid(problems: string[]): LaunchError {
  const list = problems.map((line) => `  - ${line}`).join('\n');
  const en = 'Settings are invalid; see the list above and the table of variables in README.md.';
  return new LaunchError('configInvalid', { zh: `设置有误：\n${list}`, en });
}
