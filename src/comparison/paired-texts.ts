import type { TextControl } from "../config/controls.js";
import { requestError } from "../errors.js";
import { layerColumns } from "../layer-columns.js";
import type { FeatureColumns } from "../reduce/feature-columns.js";
import { areSameUnits, type PairedColumns, vOf } from "../reduce/kept-share.js";
import { sharedIds } from "../reduce/text-ids.js";
import { textUnits } from "../reduce/text-units.js";
import { type UnitResamples, unitResamples } from "../reduce/unit-resamples.js";
import { sumsFile } from "../runs/files.js";
import { type FinishedRun, openSums, runWord } from "../runs/read.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { vIn } from "../runs/top-features.js";

/** Of the resamples: that of the run's own intervals. */
const SEED = 0;
/** v of sums and v as ranked are the same number, but that one is kept in f32: of their size, so much apart at most. */
const F32_ROUNDING = 2 ** -23;

/** One of a run's languages' best features, by its row. */
export interface Place {
  layer: number;
  language: number;
  feature: number;
}

interface UnderControl {
  kind: TextControl;
  control: FinishedRun;
  sums: LanguageSums[];
}

/** The texts of a run and of its controls, layer by layer, with resamples that they share. */
export class PairedTexts {
  private readonly own: LanguageSums[];
  private readonly under: UnderControl[];
  private readonly drawn = new Map<readonly LanguageSums[], UnitResamples>();

  /** @throws VscoreError (request) where sums are lacking, or are not those of the run or control in whose folder they lie */
  constructor(
    private readonly run: FinishedRun,
    controls: ReadonlyMap<TextControl, FinishedRun>,
  ) {
    const sumsOf = (of: FinishedRun) =>
      of.meta.languages.map((code) => {
        const sums = openSums(of, code);
        this.refuseOtherControl(of, sums);
        return sums;
      });
    this.under = [...controls].map(([kind, control]) => ({ kind, control, sums: sumsOf(control) }));
    this.own = this.under.length === 0 ? [] : sumsOf(run);
  }

  at(layer: number): [TextControl, PairedColumns][] {
    if (this.under.length === 0) return [];
    const run = this.columns(this.own, layer);
    const drawn = this.drawnFor(this.own, run);
    return this.under.map(({ kind, sums }) => {
      const control = this.columns(sums, layer);
      const drawnOfControl = this.drawnFor(sums, control);
      const isSame = areSameUnits(drawn.units, drawnOfControl.units);
      return [kind, { run, control, drawn, drawnOfControl: isSame ? drawnOfControl : null }];
    });
  }

  /**
   * What is left is reckoned from sums and told beside v as it is ranked: both must be of the same tokens.
   *
   * @throws VscoreError (request) where v of the feature by the sums of the run or of a control is not the one that is ranked there
   */
  refuseOtherV(pairs: readonly [TextControl, PairedColumns][], place: Place): void {
    for (const [at, [, { run, control }]] of pairs.entries()) {
      if (at === 0) this.refuseUnranked(this.run, run, place);
      this.refuseUnranked((this.under[at] as UnderControl).control, control, place);
    }
  }

  private refuseUnranked(of: FinishedRun, columns: FeatureColumns, place: Place): void {
    const { layer, language, feature } = place;
    const ranking = (of.byV ?? of.rankings).get(layer);
    if (ranking === undefined) throw new Error(`${of.folder} ranks no layer ${layer}`);
    const [v, ranked] = [vOf(columns, feature, language), vIn(ranking, language, feature)];
    if (Math.abs(v - ranked) <= F32_ROUNDING * Math.max(Math.abs(v), Math.abs(ranked))) return;
    throw requestError(
      `By the sums in ${of.folder}, v of feature ${feature} of ${of.meta.languages[language]} at layer ${layer} is ${v}; it is ranked there with ${ranked}. Expected the same number: sums or scores are of another run. ${this.wayOut(of)}`,
    );
  }

  /** Texts are known by their own hashes whatever was done to them: what was read of them is told by the sums alone. */
  private refuseOtherControl(of: FinishedRun, { language, provenance }: LanguageSums): void {
    const expected = describedControl(of.meta.control, String(of.meta.seed));
    const found = describedControl(provenance.control ?? "none", provenance.seed);
    if (found === expected) return;
    throw requestError(
      `The sums ${sumsFile(language)} in ${of.folder} were made under ${found}. Expected ${expected}, as everything else there: a share of v would be one of something else. ${this.wayOut(of)}`,
    );
  }

  private wayOut({ meta: { control } }: FinishedRun): string {
    return control === "none"
      ? "Restore them, or compute the run anew with --overwrite."
      : `Make it anew: npx vscore controls ${runWord(this.run)} --kind ${control} --overwrite`;
  }

  private columns = (sums: readonly LanguageSums[], layer: number): FeatureColumns =>
    layerColumns(sums, layer, this.run.meta.pool === "text" ? "text" : "token");

  /** Resamples hang on the texts alone: those of any layer serve all. */
  private drawnFor(sums: readonly LanguageSums[], columns: FeatureColumns): UnitResamples {
    const known = this.drawn.get(sums);
    if (known !== undefined) return known;
    const texts = this.own.map((own) => own.texts);
    const { ids, isParallel } = sharedIds(texts, this.run.meta.shares_ids);
    const drawn = unitResamples(columns, textUnits(columns, ids, isParallel), { seed: SEED });
    this.drawn.set(sums, drawn);
    return drawn;
  }
}

/** The seed decides nothing where there is no control. */
const describedControl = (control: string, seed: string | undefined): string =>
  control === "none" ? "no control" : `the control ${control} with seed ${seed ?? "(none)"}`;
