import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { LedgerRow } from '../../activities/ledger.ts';
import { NoteSigner } from '../../activities/note.ts';
import { verifyLedger, type Finding } from '../../activities/verify.ts';
import { byCase, itemsOf, newCase, rechain, signed, type Ledger } from '../unit/ledger/chain.ts';

const newSigner = (): NoteSigner =>
  new NoteSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const signer = newSigner();
const institutionId = randomUUID();

/** Five cases; two checkpoints, between which two of the cases went on. */
let before: Ledger;
let ledger: Ledger;

beforeAll(() => {
  const cases = [3, 1, 7, 4, 12].map((length) => newCase(institutionId, length));
  const early = cases.map((rows, i) => (i >= 3 ? rows.slice(0, 2) : rows));
  before = signed({ institutionId, rows: early.flat(), leaves: [], notes: [] }, signer);
  ledger = signed({ ...before, rows: cases.flat() }, signer, '2026-03-03T16:00:00.000Z');
});

async function findings(changed: Ledger, older: string[] = []): Promise<Finding[]> {
  const trustedKeys = [signer.verifierKey(institutionId)];
  const report = await verifyLedger(itemsOf(changed), { institutionId, trustedKeys, olderCheckpoints: older });
  return report.findings;
}

const codes = async (changed: Ledger, older?: string[]): Promise<string[]> =>
  (await findings(changed, older)).map(({ code }) => code);

/** Another value of the same kind. */
function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return value === '' ? 'x' : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  return 'x';
}

/** Each single place within a value, with a copy in which only that place is another. */
function* changes(value: unknown): Generator {
  if (typeof value !== 'object' || value === null) {
    yield otherThan(value);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    for (const changed of changes(inner)) {
      yield Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    }
    if (!Array.isArray(value)) yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  }
}

describe('a ledger as it was recorded', () => {
  test('has no findings, also against an older checkpoint', async () => {
    const report = await verifyLedger(itemsOf(ledger), {
      institutionId,
      trustedKeys: [signer.verifierKey(institutionId)],
      olderCheckpoints: before.notes,
    });
    expect(report).toMatchObject({ cases: 5, entries: 27, leaves: 7, unsigned: 0, signatures: 'trusted', findings: [] });
  });

  test('counts what no checkpoint covers yet', async () => {
    const report = await verifyLedger(itemsOf({ ...before, rows: ledger.rows }), { institutionId });
    expect(report).toMatchObject({ unsigned: 12, signatures: 'unchecked', findings: [] });
  });
});

describe('a ledger that was changed', () => {
  test('is found out at every single value of every row', async () => {
    let tried = 0;
    for (const [i, row] of ledger.rows.entries()) {
      for (const changed of changes(row)) {
        expect(await codes({ ...ledger, rows: ledger.rows.with(i, changed as LedgerRow) })).not.toEqual([]);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(700);
  });

  test('is found out at every leaf', async () => {
    for (const [i, leaf] of ledger.leaves.entries()) {
      for (const changed of changes(leaf)) {
        expect(await codes({ ...ledger, leaves: ledger.leaves.with(i, changed as typeof leaf) })).not.toEqual([]);
      }
    }
  });

  test('is found out when any row is deleted, doubled or exchanged', async () => {
    for (const [i, row] of ledger.rows.entries()) {
      expect(await codes({ ...ledger, rows: ledger.rows.toSpliced(i, 1) })).not.toEqual([]);
      expect(await codes({ ...ledger, rows: ledger.rows.toSpliced(i, 0, row) })).not.toEqual([]);
      const j = (i + 5) % ledger.rows.length;
      const swapped = ledger.rows.with(i, ledger.rows[j] as LedgerRow).with(j, row);
      expect(await codes({ ...ledger, rows: swapped })).not.toEqual([]);
    }
  });

  test('is found out when a case loses its end, or everything', async () => {
    for (const rows of byCase(ledger.rows)) {
      for (let keep = 0; keep < rows.length; keep++) {
        const cut = byCase(ledger.rows).map((other) => (other[0]?.caseId === rows[0]?.caseId ? rows.slice(0, keep) : other));
        expect(await codes({ ...ledger, rows: cut.flat() })).toContain(keep === 0 ? 'case.missing' : 'case.truncated');
      }
    }
  });
});

/** One case rewritten with good links and hashes; undefined where nothing would be different. */
function rewrite(of: Ledger, { which, at, how }: { which: number; at: number; how: string }): LedgerRow[] | undefined {
  const cases = byCase(of.rows);
  const rows = cases[which] as LedgerRow[];
  const i = at % rows.length;
  const row = rows[i] as LedgerRow;
  if (how === 'swap' && rows.length < 2) return undefined;
  const j = (i + 1) % rows.length;
  const forged = {
    change: () => rows.with(i, { ...row, data: { forged: true } }),
    delete: () => rows.toSpliced(i, 1),
    insert: () => rows.toSpliced(i, 0, { ...row, data: { forged: true }, actId: randomUUID() }),
    swap: () => rows.with(i, rows[j] as LedgerRow).with(j, row),
  }[how as 'change']();
  return cases.with(which, rechain(forged)).flat();
}

describe('a ledger rewritten by somebody who can compute every hash', () => {
  const rewriting = fc.record({
    which: fc.nat({ max: 4 }),
    at: fc.nat({ max: 11 }),
    how: fc.constantFrom('change', 'delete', 'insert', 'swap'),
  });

  test('is found by the log', async () => {
    await fc.assert(
      fc.asyncProperty(rewriting, async (choice) => {
        const rows = rewrite(ledger, choice);
        if (rows) expect(await codes({ ...ledger, rows })).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('is found by an older checkpoint when the log is made anew and signed with the stolen key', async () => {
    await fc.assert(
      fc.asyncProperty(rewriting, async (choice) => {
        const rows = rewrite(before, choice);
        if (!rows) return;
        const forged = signed({ institutionId, rows, leaves: [], notes: [] }, signer);
        // By itself it is without fault: only what was kept elsewhere tells.
        expect(await codes(forged)).toEqual([]);
        expect(await codes(forged, before.notes)).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('is found by an older checkpoint when the whole log is cut back', async () => {
    for (let keep = 0; keep < 5; keep++) {
      const forged = signed({ institutionId, rows: byCase(before.rows).slice(0, keep).flat(), leaves: [], notes: [] }, signer);
      expect(await codes(forged, before.notes)).toContain('log.truncated');
    }
  });

  test('is found by the signature when the key is another', async () => {
    const forged = signed({ ...ledger, leaves: [], notes: [] }, newSigner());
    expect(await codes(forged)).toEqual(['checkpoint.signature']);
  });

  test('is found when a checkpoint of another institution is passed off', async () => {
    const other = randomUUID();
    const note = signer.sign({
      institutionId: other,
      treeSize: 0,
      rootHash: 'ab'.repeat(32),
      signedAt: '2026-03-02T16:00:00.000Z',
    });
    expect(await codes({ ...ledger, notes: [note] })).toContain('checkpoint.institution');
  });
});
