import {
  type ControlledFeature,
  type ControlsComparison,
  compareControls,
  type Label,
} from "../comparison/controls.js";
import { FOUND_P, foundOverall } from "../comparison/random-bests.js";
import { languageName } from "../config/languages.js";
import { controlsOf, openControl } from "../runs/controls.js";
import type { PlottedRun } from "../views/charts/chart.js";

const SAID: Record<Label, string> = {
  script: "over half of v is lost when all texts are in Latin letters (script)",
  order: "over half of v is lost when words are in a random order (order)",
  token: "at least half of v is left on the language's own tokens without context (token)",
  sink: "over half of the activation is at the first position (sink)",
  random: "v is no higher than the best of a random dictionary for the language (random)",
  "random-auroc":
    "AUROC is no higher than the best of a random dictionary for the language (random-auroc)",
};

/** Each language's best feature at every layer under a run's controls; null for a run without any. */
export function bestUnderControls(run: PlottedRun): ControlsComparison | null {
  if (run.statistics === null) return null;
  const kinds = controlsOf(run);
  if (kinds.length === 0) return null;
  const runs = new Map(kinds.map((kind) => [kind, openControl(run, kind)]));
  return compareControls(run, runs, { topK: 1 });
}

/** What controls say of each language's best feature at every layer, in sentences. */
export function controlFindings(comparison: ControlsComparison | null): string[] {
  if (comparison === null) return [];
  const { controls, features, random } = comparison;
  const under = `Under the controls ${controls.join(", ")}`;
  const claims = features.filter(({ labels }) => labels !== null);
  const told = (Object.keys(SAID) as Label[]).flatMap((label) => {
    const having = claims.filter(({ labels }) => labels?.includes(label));
    return having.length === 0
      ? []
      : [`${SAID[label]} for ${having.length}${namesOf(having, claims)}`];
  });
  const found = random.length === 0 ? null : foundOverall(random);
  return [
    claims.length === 0
      ? `${under} nothing is said of single features: the texts are too few.`
      : `${under}, of ${claims.length} best features (one a language and layer): ${told.join("; ") || "none has any of the labels that these can give"}. Whether a best feature is doubtful is judged without them, on the run's own texts and dictionaries; they tell what it needs there.`,
    ...(found === null
      ? []
      : [
          `Over all languages and layers, ${found.real} features of the run's own dictionaries have a family-wise p of at most ${FOUND_P}, and ${found.random} of random ones: p tells that languages differ, not that a dictionary learned it.`,
        ]),
  ];
}

/** Of which languages they are, where not of all. */
function namesOf(
  features: readonly ControlledFeature[],
  all: readonly ControlledFeature[],
): string {
  const codes = [...new Set(features.map(({ language }) => language))];
  const isAll = codes.length === new Set(all.map(({ language }) => language)).size;
  return isAll ? "" : `: ${codes.map(languageName).join(", ")}`;
}
