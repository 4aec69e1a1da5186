import type { RunConfig } from "../config/schema.js";
import { dealParts, type Part, type TextsOfPart } from "../parts.js";
import type { PartSums } from "../runs/part-sums-file.js";
import { VERSION } from "../version.js";
import { extractTexts } from "./extract-language.js";
import { OpenRun, type RunParts, refuseOddCounts, total } from "./open-run.js";
import { refuseOtherProvenance } from "./provenance.js";
import type { TokenizedLanguage } from "./tokenize-texts.js";

/** The texts that are a part's. @throws VscoreError (request) where there are fewer batches than parts */
export const textsOfPart = (
  { part, of }: Part,
  tokenized: ReadonlyMap<string, TokenizedLanguage>,
  { batch_tokens }: RunConfig,
): TextsOfPart =>
  dealParts(
    new Map([...tokenized].map(([language, { tokens }]) => [language, tokens])),
    batch_tokens,
    of,
  )[part - 1] as TextsOfPart;

/** A part of a run under way: the sums of its texts, language after language, then `part.json`. It scores nothing. */
export class OpenPart extends OpenRun {
  /** @param shard which part it is @param texts what it has to read */
  constructor(
    parts: RunParts,
    private readonly shard: Part,
    private readonly texts: TextsOfPart,
  ) {
    super(parts);
  }

  async completePart(resumed: boolean): Promise<void> {
    const earlier = await this.begin(resumed);
    for (const [language, texts] of this.texts) await this.textsOf(language, texts);
    const { config, loaded, gathered, read, tokenized, store } = this.parts;
    const { started, finished, seconds, resumed: times } = this.times(earlier);
    const duration_s = Math.round(seconds * 1000) / 1000;
    await this.tell({ type: "finished", duration_s });
    const { texts, tokens } = this.work();
    await store.writePart(this.shard, {
      vscore_version: VERSION,
      loaded,
      provenance: Object.fromEntries(
        config.languages.map((language) => [language, this.madeOf(language).provenance]),
      ),
      corpus_revision: gathered.revision,
      shares_ids: gathered.sharesIds,
      texts_truncated: Object.fromEntries(
        [...tokenized].map(([code, { truncated }]) => [code, truncated]),
      ),
      letters_changed: read.lettersChanged,
      words_moved: read.wordsMoved,
      precision: this.parts.precision?.precision ?? null,
      languages: [...this.texts.keys()],
      ...{ texts, tokens },
      batch_tokens: this.budget,
      started: started.toISOString(),
      finished: finished.toISOString(),
      duration_s,
      seconds: this.parts.clock.seconds(),
      resumed: times,
      warnings: [...this.warnings],
    });
  }

  protected override work() {
    const lengths = [...this.texts].map(([language, texts]) => this.tokensOf(language, texts));
    return {
      languages: this.texts.size,
      texts: lengths.reduce((sum, each) => sum + each.length, 0),
      tokens: lengths.reduce((sum, each) => sum + total(each), 0),
    };
  }

  protected override textsIn(language: string): number[] {
    return [...(this.texts.get(language) ?? [])];
  }

  private tokensOf(language: string, texts: readonly number[]): Uint32Array {
    const { tokens } = this.parts.tokenized.get(language) as TokenizedLanguage;
    return Uint32Array.from(texts, (text) => tokens[text] as number);
  }

  /** Its texts of one language: their sums that are there already, if they were made alike, else new ones. */
  private async textsOf(language: string, own: readonly number[]): Promise<void> {
    const { store, jobs, clock, meter } = this.parts;
    const { texts, provenance } = this.madeOf(language);
    const { tokens, counted: expected } = this.parts.tokenized.get(language) as TokenizedLanguage;
    const kept = store.readPartSums(language);
    if (kept !== undefined && isOf(kept, own)) {
      refuseOtherProvenance(kept, provenance, store.folder);
      // Without what the run's examples need, a language is not finished.
      if (store.readStrongest({ language, provenance }) !== undefined) {
        await this.keep(language, own.length, total(this.tokensOf(language, own)));
        return;
      }
    }
    meter.beginLanguage(language);
    const shelf = await store.beginTexts(language);
    try {
      const request = { ...this.extraction(language, tokens, shelf), texts: own };
      const found = await extractTexts(request, jobs, this.news(language));
      const { layers, strongest, counted, budget } = found;
      this.budget = budget;
      refuseOddCounts(language, counted, expected, own);
      clock.end("extract");
      await store.writeStrongest({ language, provenance }, strongest);
      const made = {
        ...{ language, provenance, texts, tokens },
        own: Uint32Array.from(own),
        counted: Uint32Array.from(own, (text) => counted[text] as number),
        layers: new Map(
          [...layers].map(([layer, sums]) => [
            layer,
            { features: request.widths.get(layer) ?? 0, texts: sums },
          ]),
        ),
      };
      await store.writePartSums(made, () => shelf.clear());
      clock.end("write");
      meter.endLanguage();
      await this.tell({ type: "language_finished", language, kept: false });
    } finally {
      shelf.close();
    }
  }
}

/** Whether sums are of these texts: a part that was begun by another plan has others. */
const isOf = ({ own }: PartSums, texts: readonly number[]): boolean =>
  own.length === texts.length && own.every((text, at) => text === texts[at]);
