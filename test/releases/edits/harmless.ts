/** Edits that change nothing for cases that live. The gate must let every one of them pass. */
import type { Edit } from './edit.ts';

const ACTING = 'workflows/shared/acting.ts';
const CASE = 'workflows/shared/caseProcess.ts';
const settles = 'const result = await settle(asDecidedThen(() => this.#decide(envelope, fromInbox)));';

/** A new wait, for cases that come to it under this release. */
export const patchedWait: Edit = {
  name: 'a new wait behind a patch',
  file: ACTING,
  changes: [
    [
      "import { ApplicationFailure, log, patched, workflowInfo } from '@temporalio/workflow';",
      "import { ApplicationFailure, log, patched, sleep, workflowInfo } from '@temporalio/workflow';",
    ],
    [settles, `if (patched('wait-before-record')) await sleep(10);\n      ${settles}`],
  ],
};

export const harmlessEdits: Edit[] = [
  {
    name: 'a comment',
    file: CASE,
    changes: [['  async load(): Promise<void> {', '  // Reads what the ledger holds.\n  async load(): Promise<void> {']],
  },
  {
    name: 'a line of log',
    file: CASE,
    changes: [
      ['\n  allHandlersFinished,', '\n  log,\n  allHandlersFinished,'],
      [
        'const { caseId } = this.#input;\n    const known',
        "const { caseId } = this.#input;\n    log.info('reading the ledger', { caseId });\n    const known",
      ],
    ],
  },
  {
    name: 'a local renamed',
    file: ACTING,
    changes: [
      [
        'const wake = this.nextWake();\n    return wake && instantMs(wake.at) <= instantMs(instant) ? wake : undefined;',
        'const next = this.nextWake();\n    return next && instantMs(next.at) <= instantMs(instant) ? next : undefined;',
      ],
    ],
  },
  {
    name: 'a function taken out',
    file: ACTING,
    changes: [
      [settles, 'const result = await this.#carriedOut(envelope, fromInbox);'],
      [
        '  #decide(envelope: Envelope, fromInbox: boolean): Settlement {',
        '  async #carriedOut(envelope: Envelope, fromInbox: boolean) {\n    return settle(asDecidedThen(() => this.#decide(envelope, fromInbox)));\n  }\n\n  #decide(envelope: Envelope, fromInbox: boolean): Settlement {',
      ],
    ],
  },
  {
    name: 'a new Update beside the old one',
    file: CASE,
    changes: [
      [
        'setHandler(queryState, () => this.#summary());',
        "setHandler(queryState, () => this.#summary());\n    setHandler(defineUpdate<string>('ping'), () => 'pong');",
      ],
    ],
  },
  {
    name: 'a new query',
    file: CASE,
    changes: [
      [
        'setHandler(queryState, () => this.#summary());',
        "setHandler(queryState, () => this.#summary());\n    setHandler(defineQuery<number>('handled'), () => this.#handled);",
      ],
    ],
  },
  patchedWait,
  {
    name: 'deciders that would refuse everything today',
    file: 'domain/empowerment/index.ts',
    changes: [
      ["import { evolve } from './evolve.ts';", "import { refuse } from '../refusal.ts';\nimport { evolve } from './evolve.ts';"],
      ["import { decide } from './decide/index.ts';\n", ''],
      ['  decide,\n', "  decide: () => refuse('never', '不予办理', 'Never'),\n"],
    ],
  },
  {
    name: 'deciders that stumble over old acts',
    file: 'domain/empowerment/index.ts',
    changes: [
      ["import { decide } from './decide/index.ts';\n", ''],
      ['  decide,\n', "  decide: () => {\n    throw new TypeError('A body of this shape is not known');\n  },\n"],
    ],
  },
  {
    name: 'more shown of a case, and something else told',
    file: 'domain/empowerment/index.ts',
    changes: [
      ["import { tell } from './tell.ts';\n", ''],
      ['  tell,\n', '  tell: () => [],\n'],
      ['  project,\n', '  project: (state) => ({ ...project(state), parties: [] }),\n'],
    ],
  },
  {
    name: 'other patience with the database',
    file: 'workflows/shared/durable.ts',
    changes: [["startToCloseTimeout: '30 seconds',", "startToCloseTimeout: '20 seconds',"]],
  },
  {
    name: 'a step that no case has reached yet',
    file: 'workflows/empowerment.ts',
    changes: [["const agreement = at('agreement');", "const agreement = at('agreement', 'notarisation' as Step);"]],
  },
  {
    // Results of local activities are found by their number, wherever they stand among a task's commands.
    name: 'the step shown after the follow-up instead of before it',
    file: ACTING,
    changes: [
      ['if (result.moved) this.#onMove();\n', ''],
      [
        'if (result.appended > 0) await this.#followUp(envelope, result.rows.slice(-result.appended));',
        'if (result.appended > 0) await this.#followUp(envelope, result.rows.slice(-result.appended));\n          if (result.moved) this.#onMove();',
      ],
    ],
  },
];
