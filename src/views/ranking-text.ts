import type { Measure } from "../runs/rank-by.js";
import type { ScoredRun } from "../runs/read.js";
import { rankedCounts } from "../runs/top-features.js";

type Other = Exclude<Measure, "v">;
type Ranked = Pick<ScoredRun, "measure">;

const OWN_ALONE = "ranked are features of which L has the highest";
const FLOOR = "and whose rate on L is among the layer's highest 5 %";

/** What the measures are, for captions; for v, `V_FORMULA` is. */
const FORMULAS: Record<Other, string> = {
  margin:
    "margin(f, L) = mean activation of feature f on language L − the largest of its means on the other languages",
  auroc:
    "auroc(f, L): the chance that a text of L has a higher mean activation of feature f than a text of another language",
  dz: "dz(f, L): mean over what all languages share of the difference to the mean of the other languages' translations, in standard deviations of that difference",
  lape: `lape(f) = ln K − entropy of feature f's rates over the K languages; ${OWN_ALONE} rate, ${FLOOR}`,
  tau: `tau(f) = Σ (1 − mean / largest mean) / (K − 1) over the K languages; ${OWN_ALONE} mean, ${FLOOR}`,
};

/** What an axis of them is in. */
const UNITS: Record<Other, string> = {
  ...{ margin: "activation", auroc: "chance", dz: "standard deviations", lape: "nats" },
  tau: "0 to 1",
};

/** Behind "top features" in a title: by what they are, where that is not v. */
export const byText = ({ measure }: Ranked): string => byMeasure(measure ?? "v");

/** The same of a result that keeps the measure. */
export const byMeasure = (measure: string): string => (measure === "v" ? "" : ` by ${measure}`);

/** What an axis of the scores says. */
export const scoreAxis = ({ measure }: Ranked): string =>
  measure === undefined ? "v (activation)" : `${measure} (${UNITS[measure]})`;

/** What the scores are, where they are not v. */
export const formulaOf = ({ measure }: Ranked): string | null =>
  measure === undefined ? null : FORMULAS[measure];

/** What to beware of in what languages share of their best features; null where nothing. */
export const sharingCaution = (measure: string): string | null =>
  measure === "margin"
    ? "a margin above 0 is of one language alone: what languages share by it are features that are higher elsewhere"
    : null;

/** The lists of a figure or table: so many features of each of these languages, at each of these layers. */
interface Lists {
  layers: readonly number[];
  languages: readonly string[];
  topK: number;
}

/** For a caption: by what features are ranked, and where that gives fewer than are shown. Empty for v. */
export function rankedCaption(run: ScoredRun, lists: Lists): string {
  const formula = formulaOf(run);
  return formula === null
    ? ""
    : ` Ranked by ${run.measure}, not by v. ${formula}.${shortCaption(run, lists)}`;
}

/** Which lists are shorter than asked, in words; empty where none is. */
export function shortCaption(run: ScoredRun, { layers, languages, topK }: Lists): string {
  const lacking = layers.flatMap((layer) => {
    const most = Math.min(topK, run.rankings.get(layer)?.features ?? 0);
    return rankedCounts(run, [layer], languages).map((count) => count < most);
  });
  const few = lacking.filter((isShort) => isShort).length;
  if (few === 0) return "";
  const fewer = topK === 1 ? "no feature" : `fewer than ${topK} features`;
  return ` In ${few} of ${lacking.length} lists, of a language at a layer, it ranks ${fewer}: shown is what there is.`;
}
