import { CONTROL_WORDS } from "../config/controls.js";
import { languageName } from "../config/languages.js";
import { describeFidelity } from "../fidelity/describe-fidelity.js";
import { controlsOf } from "../runs/controls.js";
import type { FinishedRun } from "../runs/read.js";
import { type TopFeature, topFeatures } from "../runs/top-features.js";
import { changedLines } from "../views/controls-legend.js";
import { digits } from "../views/digits.js";
import { apartText, chanceText, claimLines, intervalText } from "../views/evidence-text.js";
import { fidelityCells, fidelityColumns, fidelityLegend } from "../views/fidelity-table.js";
import { precisionWords } from "../views/precision-text.js";
import { workersText } from "../views/workers-text.js";
import { caveats } from "./caveats.js";
import { bestUnderControls, controlFindings } from "./control-findings.js";

/** What a reviewer asks of a run's scores: every choice, formula, count, hash and limit, as Markdown. */
export function methodsSheet(run: FinishedRun): string {
  const top = topFeatures(run, { topK: 1 });
  return `${[
    `# Methods: ${run.name}`,
    claim(run),
    ["## Scores", ...scores(run)],
    ["## Model and dictionaries", ...dictionaries(run)],
    ["## How well the dictionaries rebuild the languages", ...rebuilt(run)],
    ["## Texts", ...texts(run)],
    ["## Uncertainty", ...uncertainty(run)],
    ["## The best feature of each language", ...best(top)],
    ...ofControls(run),
    ["## How far the languages that are compared decide", ...comparison(run, top)],
    ["## Limits", ...limits(run)],
    ["## Versions", ...versions(run)],
  ]
    .map((section) => (Array.isArray(section) ? section.join("\n\n") : section))
    .join("\n\n")}\n`;
}

const claim = (run: FinishedRun): string =>
  claimLines(run)[0] ??
  "Features are said to be associated with a language: their activation is higher on its texts. What they represent, or cause, is not claimed.";

function scores({ meta }: FinishedRun): string[] {
  const mean =
    meta.pool === "token"
      ? "the mean of its activation over all counted tokens of the language's texts"
      : "the mean over the language's texts of its mean over a text's counted tokens";
  return [
    `v(f, L) = μ(f, L) − mean over L′ ≠ L of μ(f, L′), μ(f, L) ${mean} (Deng et al. 2025, arXiv:2505.05111).`,
    `Special tokens ${meta.special_tokens === "drop" ? "do not count" : "count"}; the first position of a text, an attention sink, ${meta.first_token === "drop" ? "does not count" : "counts"}. Sums are in f64, stored numbers in f32; features are ranked by falling v, ties by their number.`,
    `Compared are ${meta.languages.length} languages: ${meta.languages.map((code) => `${languageName(code)} (${code})`).join(", ")}. A score is one of this comparison.`,
  ];
}

function dictionaries({ meta }: FinishedRun): string[] {
  return [
    `${meta.model_id}, revision ${meta.model_revision ?? "none"} (${meta.model_class}, ${meta.dtype} on ${meta.device_name}${meta.threads === null ? "" : `, ${meta.threads} threads`}${meta.deterministic ? ", deterministic algorithms alone" : ""}${workersText(meta)}).`,
    ...[precisionWords(meta)].flatMap((words) => (words === null ? [] : [`${words}.`])),
    table(
      ["layer", "release", "sae_id", "revision", "reads", "width", "architecture"],
      meta.dictionaries.map((each) => [
        ...[String(each.layer), each.release, each.sae_id, each.revision ?? "none"],
        ...[each.hook_module, String(each.d_sae), each.architecture],
      ]),
    ),
  ];
}

function rebuilt(run: FinishedRun): string[] {
  if (run.fidelity === null) return ["Not measured."];
  const layers = describeFidelity({ ...run, fidelity: run.fidelity });
  return [
    table(
      fidelityColumns.map(({ title }) => title),
      layers.flatMap(({ layer, languages }) => languages.map((of) => fidelityCells(layer, of))),
    ),
    ...fidelityLegend(run, layers),
  ];
}

function texts({ meta }: FinishedRun): string[] {
  const rule =
    meta.sample === "random"
      ? `those whose ids have the smallest SHA-256 with the seed ${meta.seed}`
      : meta.sample === "paper"
        ? "the first whose English has fewer than 100 characters, as Deng et al. take them"
        : "the first";
  return [
    ...changedLines(meta, meta.languages),
    `${meta.corpus}${meta.split === null ? "" : `, ${meta.split}`}, revision ${meta.corpus_revision ?? "none"}; asked for were ${meta.n_texts_per_lang === -1 ? "all texts" : `${meta.n_texts_per_lang} texts`} a language, ${rule}${meta.join === "ids" || meta.corpus === "flores" ? "; texts that not every language has, by id, are left out" : ""}.`,
    table(
      [
        "language",
        "texts",
        "left out",
        "cut",
        "counted tokens",
        "all tokens",
        "SHA-256 of ids and texts",
      ],
      meta.languages.map((code) => [
        code,
        ...[
          meta.texts,
          meta.texts_skipped,
          meta.texts_truncated,
          meta.tokens_counted,
          meta.tokens,
        ].map((counts) => String(counts[code] ?? 0)),
        meta.texts_sha256[code] ?? "",
      ]),
    ),
  ];
}

function uncertainty(run: FinishedRun): string[] {
  const { evidence, heldOut } = run;
  if (evidence === null)
    return [
      "Not known: the run has no evidence.safetensors. `npx vscore rescore` makes it anew from its sums.",
    ];
  const { facts } = evidence;
  if (isNeverKnown(run, "lo"))
    return [
      `Not known: ${facts.units} ${facts.unit === "document" ? "documents" : "texts"} are too few to be resampled.`,
    ];
  const unit = facts.unit === "document" ? "documents" : "texts";
  const shared = facts.is_parallel
    ? `${facts.units} ${unit} that translations share; a resample has the same ones in every language`
    : `${facts.units} ${unit}; ${apartText(facts)}, so every language is resampled by itself`;
  return [
    `Intervals are of 95 %: bootstrap-t over ${shared} (${facts.resamples} resamples, seed ${facts.seed}; each side is the further of the equal-tailed and the symmetric one). They do not know that features were chosen.`,
    facts.untested === null
      ? `p is one-sided and family-wise over ${facts.tests} tests, all features that fire on any language at all layers: ${facts.permutations} permutations of the languages' labels${facts.is_parallel ? ` among the translations of a ${facts.unit}` : ` over all ${unit}`}, token counts going with their texts in units of their language's mean, and the largest v in units of its standard error under the null (Westfall & Young 1993). q is Benjamini and Hochberg's (1995) over the same tests. The null hypothesis is that all languages are exchangeable; that it is rejected for a feature and a language does not say that the feature is of this language alone: see the margin.`
      : `No test: ${facts.untested}.`,
    heldOut === null
      ? isNeverKnown(run, "halvesV")
        ? "No held-out v: there are too few texts to be halved."
        : `Held-out v: one half of the ${unit} ranks, v of what stands at a place is measured on the other half; mean over ${facts.halvings} halvings. It is of the place, not of the feature.`
      : `Held-out v is of the same feature on ${heldOut.meta.corpus} ${heldOut.meta.split}, which had no part in ranking (${Math.min(...Object.values(heldOut.meta.texts))} texts a language at least).`,
    "d_z, of --rank-by dz, is the mean over what all languages share of the difference to the mean of the other languages' translations, in standard deviations of that difference.",
    "AUROC is of a language's texts against all others' by mean activation, ties counting half. τ is the index of Yanai et al. (2005).",
  ];
}

const best = (top: readonly TopFeature[]): string[] => [
  table(
    [
      "layer",
      "language",
      "feature",
      "v",
      "95 % interval",
      "p",
      "q",
      "held-out v",
      "margin",
      "runner-up",
      "AUROC",
      "fires",
      "elsewhere",
      "τ",
      "flags",
    ],
    top.map((each) => [
      ...[String(each.layer), each.language, String(each.feature), digits(each.v)],
      ...[intervalText(each.interval), chanceText(each.p), chanceText(each.q)],
      each.heldout_v === null ? "–" : digits(each.heldout_v),
      ...[digits(each.margin), each.runner_up, each.auroc?.toFixed(3) ?? "–"],
      ...[each.active_fraction, each.active_elsewhere].map(
        (share) => `${(100 * share).toFixed(1)} %`,
      ),
      ...[each.tau?.toFixed(2) ?? "–", each.flags.join(" ")],
    ]),
  ),
];

/** What controls there are, and what they say; nothing where there are none. */
function ofControls(run: FinishedRun): string[][] {
  const found = controlFindings(bestUnderControls(run));
  if (found.length === 0) return [];
  const made = controlsOf(run).map((kind) => `- ${kind}: ${CONTROL_WORDS[kind]}.`);
  const how =
    "Each is a run of the same texts through the same commits. A share of v that is left under one has its interval from resamples of texts that both runs share (bootstrap-t of the ratio). A random dictionary reads Gaussian directions of the centred input through a relu, its thresholds and gains such that every feature fires as often, and is as strong on average, as the real one on tokens of all languages.";
  return [["## Controls", made.join("\n"), how, ...found]];
}

/** How much v changes where one of the other languages is left out. */
function comparison({ meta }: FinishedRun, top: readonly TopFeature[]): string[] {
  const changes = top
    .flatMap(({ v, leave_one_out: range }) =>
      range === null || v <= 0 ? [] : [Math.max(range.hi - v, v - range.lo) / v],
    )
    .sort((a, b) => a - b);
  const median = changes[Math.floor(changes.length / 2)];
  if (median === undefined)
    return [`With ${meta.languages.length} languages none can be left out of the comparison.`];
  return [
    `Where one of the other languages is left out of the comparison, v of these features changes by ${(100 * median).toFixed(1)} % (median) and ${(100 * (changes.at(-1) as number)).toFixed(1)} % at most.`,
  ];
}

function limits(run: FinishedRun): string[] {
  const { meta, evidence } = run;
  const lengths = meta.languages.map(
    (code) => (meta.tokens_counted[code] ?? 0) / (meta.texts[code] ?? 1),
  );
  const ratio = Math.max(...lengths) / Math.min(...lengths);
  const units =
    evidence === null
      ? 0
      : evidence.facts.units / (evidence.facts.is_parallel ? 1 : meta.languages.length);
  return [
    ...caveats(run),
    ...(ratio >= 2
      ? [
          `Texts of the language with the most tokens are ${ratio.toFixed(1)} times as long as those of the one with the fewest. In simulations p is then a little too small for the language of the shortest texts (rate of 5.7 % at 2 : 1 and 8.9 % at 4 : 1 instead of 5 %).`,
        ]
      : []),
    ...(evidence !== null && units < 100
      ? [
          `With ${Math.round(units)} ${evidence.facts.unit}s${evidence.facts.is_parallel ? "" : " a language on average"}, intervals of features that fire on few texts are too narrow: with 30 and a feature on one text in twenty they hold the true v in 76 to 80 % of simulated data sets.`,
        ]
      : []),
    ...(run.fidelity === null
      ? [
          "Whether the dictionaries reconstruct these languages was not measured: `npx vscore fidelity` does.",
        ]
      : []),
    "A feature of a topic is not told from one of a language; one of a script, of a spelling or of single tokens is by `npx vscore controls`.",
    ...meta.warnings.map((warning) => `Warning of the run: ${warning}.`),
  ].map((each) => `- ${each}`);
}

const versions = ({ meta }: FinishedRun): string[] => [
  `vscore ${meta.vscore_version}; ${Object.entries(meta.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(
      ", ",
    )}. Finished ${meta.finished}, after ${meta.duration_s} s${meta.resumed === 0 ? "" : `, taken up again ${meta.resumed} times`}${meta.merged_from === null ? "" : `; computed in ${meta.merged_from.length} parts`}${meta.rescored_from === null ? "" : `; re-reduced from the sums of ${meta.rescored_from}`}.`,
];

/** Whether no layer has any of a number. */
const isNeverKnown = ({ evidence }: FinishedRun, key: "lo" | "halvesV"): boolean =>
  [...(evidence?.layers.values() ?? [])].every((layer) => layer[key].every(Number.isNaN));

/** A table of Markdown. */
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => "---"), ...rows.map((row) => row.map(escaped))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
