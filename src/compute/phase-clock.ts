/** The parts of a run, one after the other. */
export type Phase =
  | "start_up"
  | "texts"
  | "load"
  | "tokenise"
  | "check"
  | "extract"
  | "write"
  | "score"
  | "examples";

/** What happens within "extract": in the engine, and (at the same time) here. */
export type ExtractPart = "model" | "encode" | "stream" | "reduce";

/** What a run spends its time on, in seconds of a clock that does not jump. */
export class PhaseClock {
  private readonly spent = new Map<Phase | ExtractPart, number>();

  /** @param last when the first phase began, in milliseconds of `clock` */
  constructor(
    private last: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** What passed since the last phase ended was this one. */
  end(phase: Phase): void {
    const now = this.clock();
    this.add(phase, (now - this.last) / 1000);
    this.last = now;
  }

  add(part: Phase | ExtractPart, seconds: number): void {
    this.spent.set(part, (this.spent.get(part) ?? 0) + seconds);
  }

  /** By part, to the millisecond. */
  seconds(): Record<string, number> {
    return Object.fromEntries(
      [...this.spent].map(([part, seconds]) => [part, Math.round(seconds * 1000) / 1000]),
    );
  }
}
