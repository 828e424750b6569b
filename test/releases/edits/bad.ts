/** Edits that would break cases that live. The gate must catch every one of them. */
import type { Edit } from './edit.ts';

const ACTING = 'workflows/shared/acting.ts';
const DURABLE = 'workflows/shared/durable.ts';
const CASE = 'workflows/shared/caseProcess.ts';
const WAKES = 'workflows/shared/wakes.ts';
const MESSAGES = 'contracts/messages.ts';

const importing = (names: string): [string, string] => [
  "import { ApplicationFailure, log, patched, workflowInfo } from '@temporalio/workflow';",
  `import { ApplicationFailure, log, patched, workflowInfo, ${names} } from '@temporalio/workflow';`,
];
const settles = 'const result = await settle(asDecidedThen(() => this.#decide(envelope, fromInbox)));';

export const badEdits: Edit[] = [
  {
    name: 'a patch taken out while cases from before it live',
    file: ACTING,
    changes: [["    if (!patched('afterInterruption')) return;\n", '']],
  },
  {
    name: 'an activity removed: facts are not read any more when time acts',
    file: ACTING,
    changes: [['facts: await loadFacts({ caseId, type, at }),', 'facts: {},']],
  },
  {
    name: 'an activity added: facts are read once more before each act is decided',
    file: ACTING,
    changes: [
      [settles, `await loadFacts({ caseId: this.#caseId, type: envelope.type, at: envelope.receivedAt });\n      ${settles}`],
    ],
  },
  {
    name: 'the kind of an activity changed: every call an ordinary one',
    file: DURABLE,
    changes: [['return await first(input);', 'return await then(input);']],
  },
  {
    name: 'the type of an activity changed',
    file: DURABLE,
    changes: [["const carryOut = durably('settle');", "const carryOut = durably('carryOut' as 'settle');"]],
  },
  {
    name: 'a timer added: a moment to wait before the ledger is read',
    file: CASE,
    changes: [
      ['\n  allHandlersFinished,', '\n  sleep,\n  allHandlersFinished,'],
      ['running.listen();', "running.listen();\n  await sleep('1 second');"],
    ],
  },
  {
    name: 'a new wait before the record',
    file: ACTING,
    changes: [importing('sleep'), [settles, `await sleep(10);\n      ${settles}`]],
  },
  {
    name: 'a timer removed: windows are closed by whoever comes next',
    file: WAKES,
    changes: [
      ['(waiting ? waiting.changes !== changes() : false), wait);', '(waiting ? waiting.changes !== changes() : false));'],
    ],
  },
  {
    name: 'timers made anew with every act',
    file: WAKES,
    changes: [
      [
        'await condition(() => !here() || !sameWake(nextWake(), wake) || (waiting ? waiting.changes !== changes() : false), wait);',
        'const seen = changes();\n      await condition(() => !here() || !sameWake(nextWake(), wake) || waiting?.changes !== changes() && seen !== changes(), wait);',
      ],
    ],
  },
  {
    name: 'awaits reordered: time acts before its facts are there',
    file: ACTING,
    changes: [
      ['facts: await loadFacts({ caseId, type, at }),', 'facts: {},'],
      [
        'const outcome = await this.#act(envelope, false);',
        'const outcome = await this.#act(envelope, false);\n      await loadFacts({ caseId, type, at });',
      ],
    ],
  },
  {
    name: 'the follow-up of what guards appended dropped',
    file: ACTING,
    changes: [['if (result.appended > 0) await', 'if (result.appended > 99) await']],
  },
  {
    name: 'no second road when the database stays away',
    file: DURABLE,
    changes: [['return await then(input);', 'return await first(input);']],
  },
  {
    name: 'continued as new earlier than before',
    file: CASE,
    changes: [['const LONG_HISTORY = 500;', 'const LONG_HISTORY = 100;']],
  },
  {
    name: 'continued as new later than before',
    file: CASE,
    changes: [['const LONG_HISTORY = 500;', 'const LONG_HISTORY = 5_000;']],
  },
  {
    name: 'the Update renamed',
    file: MESSAGES,
    changes: [["export const performActUpdate = 'performAct';", "export const performActUpdate = 'perform';"]],
  },
  {
    name: 'the Update’s handler not registered any more',
    file: CASE,
    changes: [['setHandler(performAct, (envelope)', 'if (Date.now() === 0) setHandler(performAct, (envelope)']],
  },
  {
    name: 'the handler registered only after the ledger was read',
    file: CASE,
    changes: [['running.listen();\n  await running.load();', 'await running.load();\n  running.listen();']],
  },
  {
    name: 'search attributes shown with every act',
    file: ACTING,
    changes: [['if (result.moved) this.#onMove();', 'this.#onMove();']],
  },
  {
    name: 'search attributes not shown at the start any more',
    file: CASE,
    changes: [['known, () => this.#showStep());\n    this.#showStep();', 'known, () => this.#showStep());']],
  },
  {
    name: 'a child started for each case',
    file: CASE,
    changes: [
      ['\n  allHandlersFinished,', '\n  startChild,\n  allHandlersFinished,'],
      ['running.listen();', "running.listen();\n  await startChild('noticeWorkflow', { args: [] });"],
    ],
  },
  {
    name: 'a signal sent to an institution’s own workflow',
    file: CASE,
    changes: [
      ['\n  allHandlersFinished,', '\n  getExternalWorkflowHandle,\n  allHandlersFinished,'],
      ['await running.load();', "await running.load();\n  await getExternalWorkflowHandle('institution').signal('opened');"],
    ],
  },
  {
    name: 'a part of the procedure forgotten',
    file: 'workflows/empowerment.ts',
    changes: [['decisionAndPublicity, agreement,', 'agreement,']],
  },
  {
    name: 'the heirs forgotten: a case that is done ends at once',
    file: 'domain/empowerment/index.ts',
    changes: [["state.status !== 'open' && !state.team.some((member) => member.held)", "state.status !== 'open'"]],
  },
  {
    name: 'old events read otherwise: a published notice has no window',
    file: 'domain/empowerment/evolve.ts',
    changes: [["  state: 'open',\n  addenda: [],", "  state: 'closed',\n  addenda: [],"]],
  },
  {
    name: 'a result of an activity trusted by another name',
    file: ACTING,
    changes: [["if (result.kind !== 'stale') return;", "if (result.kind === 'known') return;"]],
  },
];
