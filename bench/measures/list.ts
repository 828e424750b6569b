import type { Pool } from 'pg';
import type { Bare } from '../bare.ts';
import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { INSTITUTION, institutionId, personId, type Product } from '../product.ts';
import { forgetStatements, slowestStatements } from '../servers.ts';
import { percentile } from '../stats.ts';
import { addUsage, type Usage } from '../usage.ts';
import { Walk } from '../walk.ts';

const TEAM = ['inventor1', 'inventor2', 'inventor3'];
/** Somebody who is party to a few of the cases alone. */
const SELDOM = 'colleague1';
const SELDOM_CASES = 5;
/** Titles are each under a key of their own; as many as no page shows twice. */
const TITLES = 200;
const LIMIT = 50;
/** Pages of each side before any is counted: a service that runs for weeks has compiled what it does all day. */
const WARMING_PAGES = 200;
/** Pages that a reader turns before beginning again. */
const PAGES = 10;

interface Page {
  items: { id: string; updatedAt?: string; updated_at?: string }[];
  next?: string;
}

async function titled(product: Product): Promise<string[]> {
  const made: string[] = [];
  for (let n = 1; n <= TITLES; n++) {
    const body = { title: `示例成果之${n}`, kind: 'patent', number: `ZL2026${String(n).padStart(8, '0')}.0` };
    made.push((await product.does<{ id: string }>('inventor1', 'POST', '/achievements', body)).id);
  }
  return made;
}

/** Rows of the list as one case has them, many times, a second apart. */
async function fill(pool: Pool, caseId: string, achievements: string[], count: number): Promise<void> {
  await pool.query(
    `WITH made AS (
       INSERT INTO cases (id, institution_id, kind, mode, achievement_id, number, year, step, status, version, head_hash, snapshot_hash,
                          created_by, created_at, updated_at)
       SELECT gen_random_uuid(), c.institution_id, c.kind, c.mode, ($2::uuid[])[1 + i % cardinality($2::uuid[])], '列〔2026〕' || i || '号',
              2026, c.step, c.status, c.version, c.head_hash, c.snapshot_hash, c.created_by, c.created_at, c.updated_at - i * interval '1 second'
         FROM cases c, generate_series(1, $3::int) AS i WHERE c.id = $1
       RETURNING id
     ), parties AS (
       INSERT INTO case_party (case_id, institution_id, person_id, role)
       SELECT made.id, p.institution_id, p.person_id, p.role FROM made, case_party p WHERE p.case_id = $1
     )
     INSERT INTO task (case_id, institution_id, key, act, person_id, role, department, since, due, alert)
     SELECT made.id, t.institution_id, t.key, t.act, t.person_id, t.role, t.department, t.since, t.due, t.alert
       FROM made, task t WHERE t.case_id = $1`,
    [caseId, achievements, count],
  );
  await pool.query(
    `INSERT INTO case_party (case_id, institution_id, person_id, role)
     SELECT id, institution_id, $2, 'inventor' FROM (
       SELECT id, institution_id, row_number() OVER (ORDER BY updated_at) AS n, count(*) OVER () AS every FROM cases WHERE institution_id = $1
     ) AS c WHERE n % greatest(1, every / $3) = 1
     -- Who has one of the cases from an earlier measure keeps it.
     ON CONFLICT DO NOTHING`,
    [institutionId, personId(SELDOM), SELDOM_CASES],
  );
  await pool.query('VACUUM ANALYZE');
}

async function fillBare({ pool }: Bare, count: number): Promise<void> {
  await pool.query(
    `CREATE TABLE listed (id uuid PRIMARY KEY, institution_id uuid NOT NULL, number text, mode text NOT NULL, step text NOT NULL,
       status text NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)`,
  );
  await pool.query(
    `INSERT INTO listed SELECT gen_random_uuid(), $1, '列〔2026〕' || i || '号', 'coOwnership', 'consent', 'open', now(), now() - i * interval '1 second'
       FROM generate_series(1, $2::int) AS i`,
    [institutionId, count],
  );
  await pool.query('CREATE INDEX ON listed (institution_id, updated_at DESC, id DESC)');
  await pool.query('VACUUM ANALYZE listed');
}

/** Turns pages, so many a turn, until there are enough samples; milliseconds of each. */
async function turn(reads: number, pages: number, read: (last: Page | undefined) => Promise<Page>): Promise<number[]> {
  const ms: number[] = [];
  while (ms.length < reads) {
    let last: Page | undefined;
    for (let page = 0; page < pages && ms.length < reads; page++) {
      const began = performance.now();
      last = await read(last);
      ms.push(performance.now() - began);
    }
  }
  return ms;
}

async function run(bench: Bench): Promise<Found> {
  const { listedCases: count, listReads } = bench.scale;
  const [servers, product, bare] = [await bench.servers(), await bench.product(), await bench.bare()];
  const original = new Walk(product, TEAM);
  await original.open();
  await fill(product.pool, original.caseId, await titled(product), count);
  await fillBare(bare, count);
  const ours =
    (who: string) =>
    (last: Page | undefined): Promise<Page> => {
      const cursor = last?.next === undefined ? '' : `&cursor=${encodeURIComponent(last.next)}`;
      return product.does<Page>(who, 'GET', `/cases?limit=${LIMIT}${cursor}`);
    };
  const keyset = (last: Page | undefined): Promise<Page> => {
    const end = last?.items.at(-1);
    const behind = end ? `&before=${encodeURIComponent(end.updated_at ?? '')}&id=${end.id}` : '';
    return bare.does<Page>('GET', `/list?institution=${institutionId}&limit=${LIMIT}${behind}`);
  };
  const officer = ours('officer1');
  const warming = Math.min(WARMING_PAGES, listReads);
  for (const side of [officer, keyset, ours(SELDOM)]) await turn(warming, PAGES, side);
  await forgetStatements(servers.url('postgres'));
  const [worker, seldom, bareMs]: number[][] = [[], [], []];
  let used: { product: Usage; bare: Usage } = { product: {}, bare: {} };
  // In turn, so that what else the machine does meets all of them.
  for (let round = 0; round < PAGES; round++) {
    const own = await bench.metered(() => turn(Math.ceil(listReads / PAGES), PAGES, officer));
    const theirs = await bench.metered(() => turn(Math.ceil(listReads / PAGES), PAGES, keyset));
    worker!.push(...own.value);
    bareMs!.push(...theirs.value);
    used = { product: addUsage(used.product, own.used), bare: addUsage(used.bare, theirs.used) };
    seldom!.push(...(await turn(Math.ceil(listReads / PAGES / 3), 1, ours(SELDOM))));
  }
  const row = (what: string, samples: number[], share: number) => {
    const [own, theirs] = [percentile(samples, share), percentile(bareMs!, share)];
    return { what, unit: 'ms', product: own, bare: theirs, ratio: own / theirs };
  };
  const shown = (await officer(undefined)).items.length;
  if (shown !== LIMIT) throw new Error(`A page of ${INSTITUTION} has ${shown} cases instead of ${LIMIT}`);
  return {
    rows: [
      row('who works on cases, p50', worker!, 0.5),
      { ...row('who works on cases, p99', worker!, 0.99), target: { atMost: 2 } },
      row('party to a few cases, p50', seldom!, 0.5),
      { ...row('party to a few cases, p99', seldom!, 0.99), target: { atMost: 2 } },
    ],
    notes: [
      `${count} cases of one institution; pages of ${LIMIT}, ${PAGES} in turn by the cursor, one reader, ${warming} of each kind before. The bare list is one keyset query`,
      'behind Express, without caller, titles or roles. Ours reads who calls, what they may see, their roles, alerts, and opens fifty titles.',
    ],
    profile: {
      'a page for who works on cases': perThing(used.product, worker!.length),
      'a bare page': perThing(used.bare, bareMs!.length),
      'slowest statements of both (ms in all)': await slowestStatements(servers.url('postgres'), 8),
    },
  };
}

export const list: Measure = { name: 'list', title: 'A page of the list of cases', run };
