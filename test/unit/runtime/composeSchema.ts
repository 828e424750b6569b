/**
 * What the Compose Specification allows, for the elements our file uses: anything else in the file is refused, so that a
 * misspelt key does not pass. Written from the specification's text; extend it here before using another element there.
 */
const text = { type: 'string' };
const number = { type: ['integer', 'string'] };
const duration = { type: 'string', pattern: '^(\\d+(us|ms|s|m|h))+$' };
const command = { anyOf: [text, { type: 'array', items: text }, { type: 'null' }] };
const name = '^[a-zA-Z0-9._-]+$';

/** An object with these keys and no others. */
const exact = (properties: Record<string, unknown>, required: string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** An object from names to this. */
const named = (value: object): object => ({ type: 'object', patternProperties: { [name]: value }, additionalProperties: false });

const healthcheck = exact({
  test: { anyOf: [text, { type: 'array', items: text, minItems: 1, prefixItems: [{ enum: ['NONE', 'CMD', 'CMD-SHELL'] }] }] },
  interval: duration,
  timeout: duration,
  start_period: duration,
  retries: number,
});

const service = exact({
  image: text,
  build: { anyOf: [text, exact({ context: text, dockerfile: text, target: text, args: { type: 'object' } })] },
  command,
  entrypoint: command,
  environment: {
    type: 'object',
    patternProperties: { '.+': { type: ['string', 'number', 'boolean', 'null'] } },
    additionalProperties: false,
  },
  depends_on: named(
    exact({ condition: { enum: ['service_started', 'service_healthy', 'service_completed_successfully'] } }, ['condition']),
  ),
  restart: { type: 'string', pattern: '^(no|always|unless-stopped|on-failure(:\\d+)?)$' },
  init: { type: 'boolean' },
  shm_size: { type: ['integer', 'string'] },
  stop_grace_period: duration,
  ports: { type: 'array', items: { type: ['string', 'integer'] }, uniqueItems: true },
  volumes: { type: 'array', items: text, uniqueItems: true },
  secrets: { type: 'array', items: text },
  configs: { type: 'array', items: exact({ source: text, target: text }) },
  healthcheck,
  logging: exact({ driver: text, options: { type: 'object', additionalProperties: { type: ['string', 'number', 'null'] } } }),
  deploy: exact({ replicas: number }),
});

export const composeSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
    services: named(service),
    configs: named({ anyOf: [exact({ file: text }, ['file']), exact({ content: text }, ['content'])] }),
    secrets: named({ anyOf: [exact({ file: text }, ['file']), exact({ environment: text }, ['environment'])] }),
    volumes: named(exact({ driver: text })),
  },
  patternProperties: { '^x-': {} },
  additionalProperties: false,
  required: ['services'],
};
