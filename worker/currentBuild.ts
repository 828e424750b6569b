/**
 * Which build of the workflow code new tasks go to. The latest one whose workers are at work: a new build takes the
 * cases over when it starts, an older one that is started again beside it does not take them back, and it serves where
 * the later one is gone. What came later is told by when the engine first heard of it.
 */
import type { NativeConnection } from '@temporalio/worker';
import type { Pool } from 'pg';
import { NOT_FOUND, onceKnown } from './deployment.ts';
import { reasonOf, type Log } from './log.ts';
import { isPresent } from './presence.ts';

const FAILED_PRECONDITION = 9;
const LOOK_MS = 15_000;
/** Builds that a deployment remembers. The engine holds a hundred at most. */
const KEPT_BUILDS = 50;
/** How often it is tried again when others change what is current at the same moment. */
const TRIES = 5;

/** A build of the workflow code, in the deployment that it belongs to. */
export interface Build {
  namespace: string;
  deploymentName: string;
  buildId: string;
  identity: string;
}

export interface CurrentBuildOptions {
  /** Tells which workers are there. */
  pool: Pool;
  log: Log;
  /** How often it looks whether a later build has come or gone. */
  everyMs?: number | undefined;
  keptBuilds?: number | undefined;
}

/** This worker's place among the builds, looked at again and again. */
export interface Standing {
  /** Whether new tasks went to this build when it was last looked at. */
  current(): boolean;
  stop(): Promise<void>;
}

/** Makes the build current if it is the latest at work, and again whenever it becomes that. Fails if it cannot be asked. */
export async function stand(connection: NativeConnection, build: Build, options: CurrentBuildOptions): Promise<Standing> {
  const { pool, log, everyMs = LOOK_MS, keptBuilds = KEPT_BUILDS } = options;
  const { buildId } = build;
  let current = await onceKnown(() => makeCurrent(connection, build, pool));
  if (!current) log.warn({ buildId }, 'workers of a later build are at work; this one runs no case until they are gone');
  let looking: Promise<void> = current ? forgetOld() : Promise.resolve();
  let stopped = false;
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, everyMs);

  async function look(): Promise<void> {
    if (stopped) return;
    try {
      const before = current;
      current = await makeCurrent(connection, build, pool);
      if (current === before) return;
      log.warn({ buildId }, current ? 'this build is current again' : 'a later build has taken the cases over');
      if (current) await forgetOld();
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'which build is current could not be asked');
    }
  }

  async function forgetOld(): Promise<void> {
    await forgetBuilds(connection, build, keptBuilds).catch((error: unknown) =>
      log.warn({ reason: reasonOf(error) }, 'old builds could not be forgotten'),
    );
  }

  return {
    current: () => current,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}

/** Makes the build current unless workers of a later one are at work, which is then what it answers: false. */
async function makeCurrent(connection: NativeConnection, build: Build, pool: Pool): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const deployment = await describe(connection, build);
    const current = currentOf(deployment);
    if (current === build.buildId) return true;
    if (deployment && current && cameLater(deployment, current, build.buildId)) {
      if (await isPresent(pool, current)) return false;
    }
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        ...build,
        // Refused where somebody else has made another one current since.
        ...(deployment?.conflictToken && { conflictToken: deployment.conflictToken }),
        // The poller may register a moment later, and other queues of an older version need not be served by this one.
        allowNoPollers: true,
        ignoreMissingTaskQueues: true,
      });
      return true;
    } catch (error) {
      if (codeOf(error) !== FAILED_PRECONDITION || tries === TRIES) throw error;
    }
  }
}

/** Takes builds out of the deployment that no case is on and no worker is of, but for the latest ones. */
async function forgetBuilds(connection: NativeConnection, build: Build, kept: number): Promise<void> {
  const { namespace, identity } = build;
  const deployment = await describe(connection, build);
  const latestFirst = summariesOf(deployment).toSorted((a, b) => bornAt(b) - bornAt(a));
  for (const { deploymentVersion } of latestFirst.slice(kept)) {
    if (!deploymentVersion || deploymentVersion.buildId === currentOf(deployment)) continue;
    try {
      await connection.workflowService.deleteWorkerDeploymentVersion({ namespace, deploymentVersion, identity });
    } catch (error) {
      // Cases may still be on it, or workers ask for it: another time. Or another worker was first.
      if (![FAILED_PRECONDITION, NOT_FOUND].includes(codeOf(error) ?? 0)) throw error;
    }
  }
}

type Deployment = Awaited<ReturnType<NativeConnection['workflowService']['describeWorkerDeployment']>>;

const summariesOf = (deployment: Deployment | undefined) => deployment?.workerDeploymentInfo?.versionSummaries ?? [];

const currentOf = (deployment: Deployment | undefined): string | undefined =>
  deployment?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

async function describe(connection: NativeConnection, build: Build): Promise<Deployment | undefined> {
  const { namespace, deploymentName } = build;
  try {
    return await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName });
  } catch (error) {
    // The first worker of all comes before its deployment. An unknown namespace is another matter.
    if (codeOf(error) !== NOT_FOUND || (error as Error).message.startsWith('Namespace')) throw error;
    return undefined;
  }
}

/** Whether the engine heard of the other build after this one. A build that it has not heard of yet is the latest. */
function cameLater(deployment: Deployment, other: string, own: string): boolean {
  const born = (buildId: string): number | undefined => {
    const found = summariesOf(deployment).find(({ deploymentVersion }) => deploymentVersion?.buildId === buildId);
    return found && bornAt(found);
  };
  return (born(other) ?? 0) > (born(own) ?? Infinity);
}

const bornAt = ({ createTime }: ReturnType<typeof summariesOf>[number]): number => milliseconds(createTime);

type Timestamp = { seconds?: { toString(): string } | null; nanos?: number | null } | null | undefined;

const milliseconds = (time: Timestamp): number => Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
