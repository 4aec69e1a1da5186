import type { LanguageFidelity, LayerFidelity } from "../fidelity/describe-fidelity.js";
import { NOT_REBUILT } from "../reduce/rebuilt.js";
import { type FinishedRun, runWord } from "../runs/read.js";
import { rangeText } from "./digits.js";
import { type Line, plain } from "./line.js";
import { type Column, tableLines } from "./table.js";

/** What is told of a language at a layer. */
export const fidelityColumns: Column[] = [
  { title: "layer", align: "right" },
  { title: "language" },
  { title: "FVU", align: "right" },
  { title: "L0", align: "right" },
  { title: "silent", align: "right" },
  { title: "CE recovered", align: "right" },
  { title: "" },
];

export const fidelityCells = (layer: number, of: LanguageFidelity): string[] => [
  String(layer),
  of.language,
  of.fvu?.toFixed(3) ?? "–",
  of.l0.toFixed(1),
  percent(of.silent_share),
  of.ce === null || of.ce.recovered === null ? "–" : percent(of.ce.recovered),
  of.is_rebuilt ? "" : "unrebuilt",
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** How well dictionaries rebuild a run's languages, and what the columns mean; what is not rebuilt is dim. */
export function fidelityLines(run: FinishedRun, layers: readonly LayerFidelity[]): Line[] {
  const all = layers.flatMap(({ layer, languages }) =>
    languages.map((of) => ({ of, cells: fidelityCells(layer, of) })),
  );
  const [title = "", rule = "", ...rows] = tableLines(
    fidelityColumns,
    all.map((row) => row.cells),
  );
  const looked = rangeText(all.map(({ of }) => of.texts));
  return [
    plain(
      `${run.name}: how well its dictionaries rebuild what they read, on ${looked} texts of each language`,
    ),
    plain(""),
    plain(title),
    plain(rule),
    ...rows.map((row, at) => plain(row, all[at]?.of.is_rebuilt ? {} : { dim: true })),
    plain(""),
    ...fidelityLegend(run, layers).map((line) => plain(line)),
  ];
}

/** What the columns mean, and what is known of the layers. */
export function fidelityLegend(run: FinishedRun, layers: readonly LayerFidelity[]): string[] {
  const all = layers.flatMap(({ languages }) => languages);
  const losses = all.flatMap(({ ce }) => (ce === null ? [] : [ce.texts]));
  return [
    `FVU: fraction of variance unexplained, Σ‖y − y′‖² / Σ‖y − mean(y)‖² over tokens that are neither special nor first, on ${rangeText(all.map(({ texts }) => texts))} texts of each language: 0 is perfect, 1 as good as a constant.`,
    "L0: active features per counted token of the whole run. silent: share of the features that fire on none of them.",
    losses.length === 0
      ? `CE recovered: not measured. npx vscore fidelity ${runWord(run)} --measure does, with the model.`
      : `CE recovered: of the loss that zeros in the tensor's place cost, the share that is not lost with the rebuilt one; ${rangeText(losses)} texts.`,
    ...(all.some((of) => !of.is_rebuilt)
      ? [
          `unrebuilt: an FVU of ${NOT_REBUILT} or more. What the dictionary finds on the language there is not to be trusted.`,
        ]
      : []),
    ...layers.flatMap(({ layer, untold, stated_l0, dead_share }) => [
      `layer ${layer}: ${percent(dead_share)} of the features fire on none of the run's tokens${stated_l0 === null ? "" : `; L0 as its release states it: ${stated_l0}`}.`,
      ...(untold === null ? [] : [`layer ${layer}: ${untold}`]),
    ]),
  ];
}
