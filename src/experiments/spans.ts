import { withinMemory } from "../compute/within-memory.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import type { ActivationsFrame } from "../engine/frames.js";
import { planShards } from "../plan.js";
import { isCounted, type TokenRule } from "../reduce/text-sums.js";

/** Part of a text, in code points: from `start`, up to but not including `end`. */
export interface TextSpan {
  /** Index of the text. */
  text: number;
  start: number;
  end: number;
}

/** Features that are looked at, by layer; the same number in each. */
export type Watched = ReadonlyMap<number, readonly number[]>;

/** What watched features do on the tokens of a span. */
export interface SpanSums {
  /** Counted tokens whose characters, spaces before them aside, are all in the span. */
  tokens: number;
  /** Counted tokens that are partly in it: they are in no sum. */
  straddling: number;
  /** By layer: Σ over the tokens of each watched feature's activation. */
  sums: ReadonlyMap<number, Float64Array>;
}

const NAME = "spans";

/**
 * Reads texts with the loaded model and sums watched features over the tokens of spans. Which tokens those are is told by the
 * tokenizer's character offsets, so that a tokenization that joins words cannot shift them.
 *
 * @returns for each span its sums; null where its text was cut to the model's context before the span's end
 */
export async function sumSpans(
  texts: readonly string[],
  spans: readonly TextSpan[],
  watched: Watched,
  { rule, budget }: { rule: TokenRule; budget: number },
  jobs: EngineJobs,
): Promise<(SpanSums | null)[]> {
  const { tokens, truncated } = await jobs.tokenize(NAME, texts);
  const cut = new Set(truncated);
  const read = async (within: number) => {
    const reader = new SpanReader(texts, spans, watched, rule);
    const layers = [...watched.keys()];
    const shards = planShards(tokens, within);
    for await (const frame of jobs.extract({ language: NAME, layers, shards, tokens: true }))
      reader.add(frame);
    return reader;
  };
  const { result } = await withinMemory(budget, tokens, async () => undefined, read);
  return spans.map((span, at) =>
    cut.has(span.text) && result.lastEnd(span.text) < span.end ? null : result.sumsOf(at),
  );
}

interface OpenSums {
  tokens: Map<number, number>;
  straddling: Map<number, number>;
  sums: Map<number, Float64Array>;
}

/** Sums over spans from frames, in whatever pieces the texts come. */
export class SpanReader {
  private readonly characters: (readonly string[])[];
  private readonly open: OpenSums[];
  private readonly spansOf = new Map<number, number[]>();
  private readonly places: ReadonlyMap<number, ReadonlyMap<number, number[]>>;
  private readonly ends = new Map<number, number>();

  constructor(
    texts: readonly string[],
    private readonly spans: readonly TextSpan[],
    private readonly watched: Watched,
    private readonly rule: TokenRule,
  ) {
    this.characters = texts.map((text) => Array.from(text));
    this.open = spans.map(() => ({
      tokens: new Map(),
      straddling: new Map(),
      sums: new Map([...watched].map(([layer, { length }]) => [layer, new Float64Array(length)])),
    }));
    for (const [at, { text }] of spans.entries()) {
      const known = this.spansOf.get(text);
      if (known === undefined) this.spansOf.set(text, [at]);
      else known.push(at);
    }
    this.places = new Map([...watched].map(([layer, features]) => [layer, placesOf(features)]));
  }

  /** @throws Error where the frame is of a layer or a form that nobody asked for */
  add(frame: ActivationsFrame): void {
    const { spelling, layer } = frame;
    const places = this.places.get(layer);
    if (spelling === undefined || places === undefined)
      throw new Error(`the engine sent layer ${layer} without being asked, or no spelling`);
    let row = 0;
    for (const [at, text] of frame.text.entries()) {
      const end = row + (frame.tokens[at] as number);
      for (; row < end; row++) {
        const to = spelling.end[row] as number;
        const from = this.afterSpaces(text, spelling.start[row] as number, to);
        this.ends.set(text, Math.max(this.ends.get(text) ?? 0, to));
        // A token that stands for nothing but spaces, or for no part of the text, is in no span.
        if (from >= to || !isCounted(frame.role[row] as number, this.rule)) continue;
        for (const span of this.spansOf.get(text) ?? [])
          this.addToken(span, frame, row, { from, to }, places);
      }
    }
  }

  sumsOf(span: number): SpanSums {
    const { tokens, straddling, sums } = this.open[span] as OpenSums;
    const counts = [...this.watched.keys()].map((layer) => tokens.get(layer) ?? 0);
    if (new Set(counts).size > 1)
      throw new Error(
        `span ${span} has ${counts.join(", ")} tokens in the layers: they must agree`,
      );
    const first = [...this.watched.keys()][0] as number;
    return { tokens: counts[0] ?? 0, straddling: straddling.get(first) ?? 0, sums };
  }

  /** Where the last token of a text ends. */
  lastEnd(text: number): number {
    return this.ends.get(text) ?? 0;
  }

  private afterSpaces(text: number, from: number, to: number): number {
    const characters = this.characters[text] ?? [];
    let at = from;
    while (at < to && /^\s$/u.test(characters[at] ?? "")) at++;
    return at;
  }

  private addToken(
    span: number,
    frame: ActivationsFrame,
    row: number,
    { from, to }: { from: number; to: number },
    places: ReadonlyMap<number, number[]>,
  ): void {
    const { start, end } = this.spans[span] as TextSpan;
    if (to <= start || from >= end) return;
    const { tokens, straddling, sums } = this.open[span] as OpenSums;
    const { layer } = frame;
    if (from < start || to > end) {
      straddling.set(layer, (straddling.get(layer) ?? 0) + 1);
      return;
    }
    tokens.set(layer, (tokens.get(layer) ?? 0) + 1);
    const own = sums.get(layer) as Float64Array;
    const last = Number(frame.indptr[row + 1]);
    for (let at = Number(frame.indptr[row]); at < last; at++) {
      for (const place of places.get(frame.feature[at] as number) ?? [])
        own[place] = (own[place] as number) + (frame.value[at] as number);
    }
  }
}

/** Where each feature stands among the watched ones; several times, where it was asked for several times. */
function placesOf(features: readonly number[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (const [at, feature] of features.entries()) {
    const known = places.get(feature);
    if (known === undefined) places.set(feature, [at]);
    else known.push(at);
  }
  return places;
}
