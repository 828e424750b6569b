/** A whole case, its worker killed at every act: before the act's effect, after its commit, before its acknowledgement. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, migrate } from '../../../runtime/migrate.ts';
import { firstDifference, playLane, type Kills, type Played } from '../support/lanes.ts';
import { compare, unsound, type Verdict } from './checker.ts';
import { Servers } from './servers.ts';
import type { Row } from './table.ts';

const moments = ['before', 'committed', 'acknowledging'];

interface Lane {
  played: Played;
  verdict: Verdict;
  unsound: string[];
}

/** One row for each moment; the lanes run side by side, since most of the time is Temporal's waiting for the dead. */
export async function everyAct(): Promise<Row[]> {
  const servers = await Servers.open();
  try {
    const lane = async (name: string, kills: Kills): Promise<Lane> => {
      const url = new URL(servers.databaseUrl);
      url.pathname = `/${name}`;
      await ensureDatabase(url.href);
      await migrate(url.href);
      const place = {
        databaseUrl: url.href,
        temporalAddress: `127.0.0.1:${servers.temporalPort}`,
        cacheDir: join(tmpdir(), 'fuquan-test-bundles'),
      };
      const found = { verdict: {} as Verdict, unsound: [] as string[] };
      const played = await playLane(place, kills, async ({ pool, client }) => {
        found.verdict = await compare(pool, client.acknowledged);
        found.unsound = await unsound(pool);
      });
      return { played, ...found };
    };
    const calm = await lane('calm', {});
    const lanes = await Promise.all(moments.map((moment) => lane(moment, { everyAct: `activity settle of an act: ${moment}` })));
    return lanes.map(({ played, verdict, unsound: found }, n) => {
      const difference = firstDifference(played.state, calm.played.state);
      return {
        fault: `every act of a case, worker killed: ${moments[n]}`,
        tried: played.kills,
        cases: 2,
        acknowledged: verdict.acknowledged,
        lost: verdict.lost.length,
        doubled: verdict.doubled.length,
        disordered: verdict.disordered.length,
        recovery: [],
        effects: [],
        faults: [
          ...verdict.lost,
          ...verdict.doubled,
          ...verdict.disordered,
          ...found,
          ...(difference ? [`the case ended otherwise: ${JSON.stringify(difference)}`] : []),
          ...[...played.crashes, ...played.faults].map((one) => JSON.stringify(one)),
        ],
      };
    });
  } finally {
    await servers.stop();
  }
}
