import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import {
  decodeFromPayloadsAtIndex,
  encodeErrorToFailure,
  encodeToPayloads,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { dataConverter, keyRing, payloadCodec, PayloadKeyError } from '../../../worker/codec.ts';

const [a, b] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const bytes = (one: Payload | undefined): string => Buffer.from(one?.data ?? []).toString('latin1');

describe('the payload codec', () => {
  it('gives back what it was given, and nothing of it can be read on the way', async () => {
    const codec = payloadCodec(keyRing('a', { a }));
    const values = [{ name: '张三', n: 1 }, 'short', null, { long: 'x'.repeat(5_000) }];
    const encoded = await codec.encode(values.map(payload));
    for (const one of encoded) expect(bytes(one)).not.toMatch(/short|xxxxx/);
    const decoded = await codec.decode(encoded);
    expect(decoded.map((one) => defaultPayloadConverter.fromPayload(one))).toEqual(values);
  });

  it('makes long payloads smaller', async () => {
    const [encoded] = await payloadCodec(keyRing('a', { a })).encode([payload({ long: '2026-03-01 '.repeat(1_000) })]);
    expect(encoded!.data!.length).toBeLessThan(500);
  });

  it('encrypts with the newest key and reads with all', async () => {
    const old = await payloadCodec(keyRing('a', { a })).encode([payload('kept')]);
    const both = payloadCodec(keyRing('b', { a, b }));
    expect(defaultPayloadConverter.fromPayload((await both.decode(old))[0]!)).toBe('kept');
    const [fresh] = await both.encode([payload('new')]);
    expect(Buffer.from(fresh!.metadata!['fuquan-key']!).toString()).toBe('b');
  });

  it('says which key is missing', async () => {
    const encoded = await payloadCodec(keyRing('a', { a })).encode([payload('x')]);
    await expect(payloadCodec(keyRing('b', { b })).decode(encoded)).rejects.toThrow('Payload key a is not at hand');
  });

  it('refuses what was changed on the way, in the body or in clear', async () => {
    const codec = payloadCodec(keyRing('a', { a, b: a }));
    const [encoded] = await codec.encode([payload('x')]);
    const data = Buffer.from(encoded!.data!);
    data[data.length - 1]! ^= 1;
    await expect(codec.decode([{ ...encoded, data }])).rejects.toThrow();
    const metadata = { ...encoded!.metadata, 'fuquan-key': Buffer.from('b') };
    await expect(codec.decode([{ ...encoded, metadata }])).rejects.toThrow();
  });

  it('reads a payload that was never encrypted', async () => {
    const plain = payload('from a tool');
    expect(await payloadCodec(keyRing('a', { a })).decode([plain])).toEqual([plain]);
  });

  it('reads what release 0.1.0 wrote, plain and deflated', async () => {
    const kept = [
      { data: '3qHZl4O+j1Jg8nCr3vOn4wcSDsMcUdc7qEN/Sx4W0VhB+uEV+h7M+y3x3zu3JGYv9TsJDnualI2mbUWP/QP4BwtoXdNIA9Hp2Ie+5jVjVX8=' },
      {
        deflated: '1',
        data: 'UL6XI1efmi6yAg/7nC46C3EtTvWZ2whyrN5RfuaQ3/1djO3c1NoGEGvap0eOakT4wqMWY/o9ReZCRtrm8Q78R2M2ujI80XctnT7xF0pCGdA=',
      },
    ].map(({ deflated, data }) => ({
      metadata: {
        encoding: Buffer.from('binary/fuquan-aes-256-gcm'),
        'fuquan-key': Buffer.from('2026a'),
        ...(deflated && { 'fuquan-deflated': Buffer.from(deflated) }),
      },
      data: Buffer.from(data, 'base64'),
    }));
    const codec = payloadCodec(keyRing('2026a', { '2026a': Buffer.alloc(32, 7).toString('base64') }));
    expect((await codec.decode(kept)).map((one) => defaultPayloadConverter.fromPayload(one))).toEqual([
      { caseId: 'c', version: 3 },
      { text: '公示'.repeat(100) },
    ]);
  });

  it('takes keys of 32 bytes only, and needs the newest', () => {
    expect(() => keyRing('a', { a: 'c2hvcnQ=' })).toThrow(PayloadKeyError);
    expect(() => keyRing('c', { a })).toThrow('The newest payload key, c, is not among the keys');
  });

  it('hides the words of failures and keeps their type and details', async () => {
    const converter = loadDataConverter(dataConverter(keyRing('a', { a })));
    const refusal = { code: 'mark.twice' };
    const failure = await encodeErrorToFailure(converter, ApplicationFailure.nonRetryable('张三已提交', 'Refusal', refusal));
    expect(failure.message).toBe('Encoded failure');
    expect(failure.applicationFailureInfo?.type).toBe('Refusal');
    const details = failure.applicationFailureInfo?.details?.payloads;
    expect(await decodeFromPayloadsAtIndex(converter, 0, details)).toEqual(refusal);
    expect(await encodeToPayloads(converter, 'x')).toHaveLength(1);
  });
});
