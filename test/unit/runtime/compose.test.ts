import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readConfig } from '../../../runtime/config.ts';
import { composeSchema } from './composeSchema.ts';

interface Service {
  image: string;
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  configs?: { source: string }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { interval?: string; timeout?: string; start_period?: string };
  restart?: string;
  stop_grace_period?: string;
  ports?: string[];
  deploy?: { replicas: string };
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: object;
  configs: Record<string, { content: string }>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
const { services } = compose;
const own = ['migrate', 'api', 'worker'];

/** The file is only what the specification knows. */
const conforms = new Ajv({ strict: false, allErrors: true }).compile(composeSchema());

test('the file is what the Compose Specification allows', () => {
  conforms(compose);
  expect(conforms.errors).toBeNull();
});

test.each([
  ['a key of a service that there is not', { services: { a: { imagee: 'x' } } }],
  ['a condition that there is not', { services: { a: { depends_on: { b: { condition: 'healthy' } } } } }],
  ['a key at the top that there is not', { service: {} }],
  ['a list for a mapping', { services: [] }],
])('the check of the file finds %s', (_title, file) => {
  expect(conforms(file)).toBe(false);
});

test('what the schema takes for any text reads as Compose reads it: durations, and when to start again', () => {
  for (const { restart, stop_grace_period, healthcheck = {} } of Object.values(services)) {
    const { interval, timeout, start_period } = healthcheck;
    for (const duration of [stop_grace_period, interval, timeout, start_period].filter((each) => each !== undefined))
      expect(duration).toMatch(/^(\d+(us|ms|s|m|h))+$/);
    expect(restart).toMatch(/^(no|always|unless-stopped|on-failure(:\d+)?)$/);
  }
});

test('what a service names exists', () => {
  for (const service of Object.values(services)) {
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    for (const config of service.configs ?? []) expect(compose.configs).toHaveProperty(config.source);
    for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0]!);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(services).toHaveProperty(other);
      if (condition === 'service_healthy') expect(services[other]!.healthcheck).toBeDefined();
    }
  }
});

test('everything that stays up has a health check, apart from the engine’s own pages', () => {
  const jobs = Object.values(services).flatMap((service) =>
    Object.entries(service.depends_on ?? {}).flatMap(([other, on]) =>
      on.condition === 'service_completed_successfully' ? [other] : [],
    ),
  );
  const staying = Object.keys(services).filter((name) => !jobs.includes(name) && name !== 'temporal-ui');
  expect(staying.filter((name) => !services[name]!.healthcheck)).toEqual([]);
});

test.each(own)('%s starts with the variables it is given', (name) => {
  const given = Object.entries(services[name]!.environment!).map(([key, value]) => [key, withDefaults(value)]);
  const { DATABASE_URL_FILE, FUQUAN_CODEC_KEYS_FILE, ...environment } = Object.fromEntries(given) as Record<string, string>;
  expect([DATABASE_URL_FILE, FUQUAN_CODEC_KEYS_FILE]).toEqual(['/run/secrets/database_url', '/run/secrets/codec_keys']);
  const secrets = {
    DATABASE_URL: 'postgresql://fuquan:x@postgres:5432/fuquan',
    FUQUAN_CODEC_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  };
  const config = readConfig({ ...environment, ...secrets });
  expect(config).toMatchObject({ production: true, role: name, dataDir: '/data' });
});

test('no secret stands in the file, and only the API listens outside the host’s loopback when asked to', () => {
  const lines = readFileSync('docker-compose.yml', 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(lines.filter((line) => /^\s+\w*(PASSWORD|PWD|KEYS|SECRET)\w*: /.test(line) && !line.includes('/run/secrets/'))).toEqual(
    [],
  );
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports.map(withDefaults).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('time can be skipped only in the rehearsal namespace', () => {
  const dynamic = parse(compose.configs['temporal-dynamic-config']!.content) as Record<
    string,
    { constraints?: { namespace: string } }[]
  >;
  for (const key of Object.keys(dynamic).filter((each) => each.includes('TimeSkipping'))) {
    expect(dynamic[key]!.map((entry) => entry.constraints?.namespace)).toEqual([
      services['api']!.environment!['FUQUAN_REHEARSAL_NAMESPACE'],
    ]);
  }
});

/** `${NAME:-value}` as compose would read it with nothing set. */
function withDefaults(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}
