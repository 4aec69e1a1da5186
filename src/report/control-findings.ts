import { type ControlledFeature, compareControls, type Label } from "../comparison/controls.js";
import { FOUND_P } from "../comparison/random-bests.js";
import { languageName } from "../config/languages.js";
import { controlsOf, openControl } from "../runs/controls.js";
import type { PlottedRun } from "../views/charts/chart.js";

const SAID: Record<Label, string> = {
  script: "lose over half of their v when all texts are in Latin letters (script)",
  order: "lose over half of it when words are in a random order (order)",
  token: "keep at least half of it on the language's own tokens without context (token)",
  sink: "have over half of their activation at the first position (sink)",
  random: "have no higher v than the best of a random dictionary for the language (random)",
  "random-auroc":
    "have no higher AUROC than the best of a random dictionary for the language (random-auroc)",
};

/** What a run's controls say of each language's best feature at every layer; nothing for a run without any. */
export function controlFindings(run: PlottedRun): string[] {
  if (run.statistics === null) return [];
  const kinds = controlsOf(run);
  if (kinds.length === 0) return [];
  const runs = new Map(kinds.map((kind) => [kind, openControl(run, kind)]));
  const { features, random } = compareControls(run, runs, { topK: 1 });
  const under = `Under the controls ${kinds.join(", ")}`;
  const claims = features.filter(({ labels }) => labels !== null);
  const told = (Object.keys(SAID) as Label[]).flatMap((label) => {
    const having = claims.filter(({ labels }) => labels?.includes(label));
    return having.length === 0 ? [] : [`${having.length} ${SAID[label]}${namesOf(having, claims)}`];
  });
  const counts = random.map(({ real, random: other }) => [real.significant, other.significant]);
  const known = counts.every(([a, b]) => a !== null && b !== null);
  const sum = (which: 0 | 1) => counts.reduce((all, pair) => all + (pair[which] ?? 0), 0);
  return [
    claims.length === 0
      ? `${under} nothing is said of single features: the texts are too few.`
      : `${under}, of ${claims.length} best features (one a language and layer): ${told.join("; ") || "none is a feature of script, word order, single tokens, the first position or a random dictionary"}.`,
    ...(random.length === 0 || !known
      ? []
      : [
          `Over all languages and layers, ${sum(0)} features of the run's own dictionaries have a family-wise p of at most ${FOUND_P}, and ${sum(1)} of random ones: p tells that languages differ, not that a dictionary learned it.`,
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
