/** Wakes a loop; rung while nobody listens, it is heard by the next who does. */
export class Bell {
  #rung = false;
  #listener: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#listener?.();
  }

  /** Comes back when the bell has been rung since it was heard last. */
  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((listener) => (this.#listener = listener));
    this.#rung = false;
    this.#listener = undefined;
  }
}
