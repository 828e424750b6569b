/** What is killed where, and the play that each lane of processes is killed in. */
import { demoStories } from '../../../cli/demo/stories.ts';
import { shanghai } from '../../../cli/demo/play.ts';
import { samplePersonId } from '../../../runtime/samplePeople.ts';
import { waitFor } from '../../harness/services.ts';
import { allTold, endState, toldByLetter } from './endState.ts';
import { HttpStage, HttpStory } from './stage.ts';
import { Stack, type StackOptions } from './stack.ts';

/** Before its effect, after its commit, before its acknowledgement. */
const moments = (subject: string): string[] => ['before', 'committed', 'acknowledging'].map((moment) => `${subject}: ${moment}`);

/** What each activity does for a case, by what calls it. An activity that is not here has never been killed. */
export const activityPoints: Record<string, string[]> = {
  loadCase: moments('activity loadCase'),
  loadFacts: moments('activity loadFacts'),
  refuse: moments('activity refuse'),
  settle: [
    ...moments('activity settle of an act'),
    ...moments('activity settle of a wake'),
    ...moments('activity settle of what follows'),
    // A refusal has no effect of its own in this activity: another one writes it, or the dispatcher.
    'activity settle of a refusal: before',
    'activity settle of a refusal: acknowledging',
  ],
};

/** What the dispatcher and the deliverer of messages do. */
export const workerPoints = [
  'dispatcher claim: before',
  'dispatcher claim: committed',
  'dispatcher start: before',
  'dispatcher start: answered',
  'dispatcher deliver: before',
  'dispatcher deliver: answered',
  'dispatcher refuse: before',
  'dispatcher refuse: committed',
  'outbox post: before',
  'outbox post: committed',
  'mail send: before',
  'mail send: accepted',
  'outbox note: before',
  'outbox note: committed',
];

export const apiPoints = ['api receive: before', 'api receive: committed', 'api answer: before'];

/** Steps at which a case waits for people or for time, with nothing under way. */
export const parkedAt = ['consent', 'departmentReview', 'publicity', 'objectionHandling', 'agreement'];

const demo = demoStories.find(({ name }) => name === 'objection')!;

export interface Played {
  state: string;
  /** Points that were never come to. */
  missed: string[];
  /** Ends that nobody had asked for. */
  crashes: object[];
  /** Answers that no fault excuses. */
  faults: object[];
  kills: number;
  activities: string[];
  /** Letters, and how many of them came more than once. */
  letters: number;
  lettersTwice: number;
}

export interface Kills {
  worker?: string[];
  api?: string[];
  parked?: string[];
  /** A point of the worker's that is armed anew before each act. */
  everyAct?: string;
}

/**
 * Plays an application that is refused, then a case with an objection from draft to registered right, on processes that
 * are killed at the points, each once, and where asked whenever the case is parked at one of the steps.
 */
export async function playLane(
  servers: Pick<StackOptions, 'databaseUrl' | 'temporalAddress' | 'cacheDir'>,
  kills: Kills = {},
  look: (stack: Stack) => Promise<void> = async () => undefined,
): Promise<Played> {
  const stack = await Stack.open({
    ...servers,
    startsAt: shanghai(demo.startsAt),
    workerPoints: kills.worker ?? [],
    apiPoints: kills.api ?? [],
  });
  try {
    const stage = new HttpStage(stack);
    const refused = new HttpStory(stage, demo.institution);
    await applyInVain(refused);
    const story = new HttpStory(stage, demo.institution);
    const parked = new Set(kills.parked);
    stage.before = async () => {
      const { rows } = await stack.pool.query<{ step: string }>(
        "SELECT step FROM cases WHERE id::text = $1 AND status = 'open'",
        [story.caseId],
      );
      if (parked.delete(rows[0]?.step ?? '')) stack.worker.kill();
      if (kills.everyAct) await armAnew(stack, kills.everyAct);
    };
    await demo.play(story);
    for (const { caseId } of [refused, story]) {
      await waitFor(() => allTold(stack.pool, caseId), { what: 'messages to go their way', timeoutMs: 150_000 });
    }
    await stack.ready();
    await look(stack);
    return {
      state: [
        await endState(stack.pool, stack.sealer, refused.caseId),
        await endState(stack.pool, stack.sealer, story.caseId),
        `letters ${await toldByLetter(stack.pool, stack.mailbox.taken.keys())}`,
      ].join('\n'),
      missed: [...stack.processes.flatMap(({ waiting }) => waiting), ...parked],
      crashes: stack.processes.flatMap(({ crashes }) => crashes),
      faults: stack.client.faults,
      kills: stack.processes.reduce((sum, { starts }) => sum + starts - 1, 0),
      activities: stack.worker.activities,
      letters: stack.mailbox.taken.size,
      lettersTwice: stack.mailbox.twice,
    };
  } finally {
    await stack.stop();
  }
}

/** An answer can be there before the end of the worker that gave it is noticed; armed before that, the point would be lost. */
async function armAnew(stack: Stack, point: string): Promise<void> {
  const noticed = (): boolean => !stack.worker.waiting.includes(point);
  // Not every act comes to the point: then it is armed still.
  await waitFor(noticed, { timeoutMs: 1_000 }).catch(() => undefined);
  await stack.ready();
  stack.worker.arm([point]);
}

/** Sends an application that the decider refuses: shares that are no whole. */
async function applyInVain(story: HttpStory): Promise<void> {
  const [who, institutionId] = [samplePersonId(story.institution, 'inventor1'), story.institutionId];
  const draft = await story.rehearsal.draft(institutionId, who, { kind: 'patent', title: '示例成果' });
  story.caseId = draft.caseId;
  story.achievementId = draft.achievementId;
  const application = story.application({ mode: 'coOwnership', team: { inventor1: '50', inventor2: '30' } });
  await story.isRefused('inventor1', 'sendForConsent', { application }, 'splitNotWhole');
}

/** The first line in which two states differ. */
export function firstDifference(state: string, other: string): { line: number; is: string; was: string } | undefined {
  const [a, b] = [state.split('\n'), other.split('\n')];
  const line = a.findIndex((text, n) => text !== b[n]);
  if (line === -1 && a.length === b.length) return undefined;
  const at = line === -1 ? a.length : line;
  return { line: at, is: (a[at] ?? '').slice(0, 2_000), was: (b[at] ?? '').slice(0, 2_000) };
}
