import { condition } from '@temporalio/workflow';

/** Lets turns run one after the other, in the order in which they asked. */
export class OneAtATime {
  readonly #queue: object[] = [];

  /** Whether a turn runs or waits. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** Runs the turn when all earlier ones are over, whether they succeeded or failed. */
  async run<T>(turn: () => Promise<T>): Promise<T> {
    const ticket = {};
    this.#queue.push(ticket);
    try {
      if (this.#queue[0] !== ticket) await condition(() => this.#queue[0] === ticket);
      return await turn();
    } finally {
      // Also a turn that was cancelled while it waited leaves the queue, or everything behind it would wait for ever.
      this.#queue.splice(this.#queue.indexOf(ticket), 1);
    }
  }
}
