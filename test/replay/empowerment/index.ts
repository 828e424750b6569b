/** What is played of empowerment cases. */
import { demoStories } from '../../../cli/demo/stories.ts';
import { Story } from '../../../cli/demo/story.ts';
import { actTable } from '../../../domain/empowerment/index.ts';
import { stepLabels } from '../../../domain/labels.ts';
import type { Play, PlayedProcess } from '../plays.ts';
import { disputes } from './disputes.ts';
import { incidents } from './incidents.ts';
import { finish, journeys, START } from './journeys.ts';
import { mendings } from './mendings.ts';

/** Demonstrations that go ways which no journey goes. */
const unlike = ['sale', 'secret', 'withdrawn'];

const plays: Play[] = [
  ...journeys.map(({ name, institution, stops }) => ({
    name,
    startsAt: START,
    play: (async (rehearsal, keep) => {
      const story = new Story(rehearsal, institution);
      for (const { step, as, go } of stops) {
        await go(story);
        await keep(story, step, as);
      }
      await finish(story);
    }) satisfies Play['play'],
  })),
  ...[...incidents, ...disputes, ...mendings].map(({ name, institution, play }) => ({
    name,
    startsAt: START,
    play: ((rehearsal, keep) => play(new Story(rehearsal, institution), keep)) satisfies Play['play'],
  })),
  ...demoStories
    .filter(({ name }) => unlike.includes(name))
    .map((demo) => ({
      name: `demo-${demo.name}`,
      startsAt: demo.startsAt,
      play: (async (rehearsal, keep) => {
        const story = new Story(rehearsal, demo.institution);
        await demo.play(story);
        await keep(story, (await story.state()).step);
      }) satisfies Play['play'],
    })),
];

export const played: PlayedProcess = { steps: Object.keys(stepLabels), acts: actTable, plays };
