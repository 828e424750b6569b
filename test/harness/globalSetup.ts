import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../runtime/embeddedPostgres.ts';
import { ensureDatabase, migrate } from '../../runtime/migrate.ts';
import { pickPort } from '../../runtime/ports.ts';
import { getTemporalServer } from '../../runtime/temporalServer.ts';
import { NAMESPACE, REHEARSAL_NAMESPACE, SERVICES_VARIABLE, TEMPLATE_DATABASE, type Services } from './services.ts';
import globalTeardown from './globalTeardown.ts';
import { remember } from './running.ts';

/** Starts one PostgreSQL and one Temporal server for all test files; the workers get their addresses by environment. */
export default async function globalSetup(): Promise<void> {
  try {
    await startServices();
  } catch (error) {
    await globalTeardown();
    throw error;
  }
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function startServices(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fuquan-test-'));
  remember({ dataDir });
  // Any free ports, so that two test runs and a running service do not meet.
  const [postgresPort, temporalPort] = [await pickPort(), await pickPort()];
  const throwAway = { durable: false, maxConnections: 400, removeAfterCrash: dataDir };
  const postgres = await startPostgres({ dataDir, port: postgresPort, report, ...throwAway });
  remember({ postgres });
  const templateUrl = postgres.url(TEMPLATE_DATABASE);
  await ensureDatabase(templateUrl);
  await migrate(templateUrl);
  const temporal = await getTemporalServer({
    namespaces: [NAMESPACE, REHEARSAL_NAMESPACE],
    rehearsalNamespace: REHEARSAL_NAMESPACE,
    postgresUrl: postgres.url('postgres'),
    dataDir,
    port: temporalPort,
    skipOld: true,
    report,
  });
  remember({ temporal });
  const services: Services = {
    postgresUrl: postgres.url('postgres'),
    temporalAddress: temporal.address,
    dataDir,
    supportsTimeSkipping: temporal.supportsTimeSkipping,
  };
  process.env[SERVICES_VARIABLE] = JSON.stringify(services);
}
