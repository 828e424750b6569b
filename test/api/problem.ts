import { expect } from '@jest/globals';
import type { Response } from 'supertest';
import { problemType } from '../../api/problems.ts';

/** What every problem must be: RFC 9457, a stable code, both languages, and nothing of what was sent or of the code. */
export function expectProblem(answer: Response, status: number, code: string): void {
  expect([answer.status, answer.body.code, answer.headers['content-type']]).toEqual([
    status,
    code,
    'application/problem+json; charset=utf-8',
  ]);
  expect(answer.body).toMatchObject({
    status,
    type: problemType(code),
    title: `${answer.body.zh as string} / ${answer.body.en as string}`,
  });
  expect(answer.body.instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect(JSON.stringify(answer.body)).not.toMatch(/\bat \/|node_modules|prisma|Error:/i);
}
