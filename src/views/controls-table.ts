import {
  CHANGED,
  type ControlledFeature,
  type ControlsComparison,
  HALF,
  LABELS,
  type Label,
} from "../comparison/controls.js";
import { FOUND_P, type LanguageBests } from "../comparison/random-bests.js";
import { CONTROL_WORDS, TEXT_CONTROLS } from "../config/controls.js";
import type { KeptShare } from "../reduce/kept-share.js";
import { digits } from "./digits.js";
import { type Column, tableLines } from "./table.js";

const PLACE: Column[] = [{ title: "layer", align: "right" }, { title: "language" }];
const numeric = (title: string): Column => ({ title, align: "right" });

/** A run's top features under its controls, its dictionaries beside random ones, and what the columns mean. */
export function controlsLines(comparison: ControlsComparison): string[] {
  return [
    ...featureLines(comparison),
    ...(comparison.random.length === 0 ? [] : ["", ...bestLines(comparison.random)]),
    "",
    ...legendLines(comparison),
  ];
}

function featureLines({ controls, features }: ControlsComparison): string[] {
  const kinds = TEXT_CONTROLS.filter((kind) => controls.includes(kind));
  const columns = [
    ...PLACE,
    ...["rank", "feature", "v", ...kinds, "first position"].map(numeric),
    { title: "associated with" },
  ];
  const rows = features.map((each) => [
    ...[String(each.layer), each.language, String(each.rank), String(each.feature), digits(each.v)],
    ...kinds.map((kind) => keptText(each.kept[kind])),
    percent(each.first_position_share),
    labelsText(each),
  ]);
  return [...tableLines(columns, rows), "", ...overallLines(features)];
}

const keptText = (kept: KeptShare | undefined): string =>
  kept === undefined || kept.left === null
    ? "–"
    : `${share(kept.left)}${kept.interval === null ? "" : ` [${share(kept.interval.lo)}, ${share(kept.interval.hi)}]`}`;

/** Two digits, and one zero alone: a share a little below it is no news. */
const share = (value: number): string => (Math.round(100 * value) / 100 + 0).toFixed(2);

export const labelsText = ({
  labels,
  unsure,
}: Pick<ControlledFeature, "labels" | "unsure">): string =>
  labels === null
    ? "–"
    : labels.map((label) => `${label}${unsure.includes(label) ? "?" : ""}`).join(" ");

/** How many of the features have which label; nothing where none may be claimed. */
export function overallLines(features: readonly ControlledFeature[]): string[] {
  const told = features.filter(({ labels }) => labels !== null);
  if (told.length === 0) return [];
  const count = (label: Label) => told.filter(({ labels }) => labels?.includes(label)).length;
  const counts = LABELS.flatMap((label) => (count(label) > 0 ? [`${label} ${count(label)}`] : []));
  const none = told.filter(({ labels }) => labels?.length === 0).length;
  return [`Of ${told.length} features: ${[...counts, `none of these ${none}`].join(", ")}.`];
}

function bestLines(random: readonly LanguageBests[]): string[] {
  const pair = (title: string) => [`${title}, real`, "random"].map(numeric);
  const columns = [
    ...PLACE,
    ...["best v", "best margin", "best AUROC", `p ≤ ${FOUND_P}`].flatMap(pair),
  ];
  const cells = ({ real, random: other }: LanguageBests) => [
    ...[real.v, other.v, real.margin, other.margin].map(digits),
    ...[real.auroc, other.auroc].map((auroc) => auroc?.toFixed(3) ?? "–"),
    ...[real.significant, other.significant].map((found) => String(found ?? "–")),
  ];
  const rows = random.map((each) => [String(each.layer), each.language, ...cells(each)]);
  return tableLines(columns, rows);
}

const MEANINGS: Record<Label, string> = {
  script: `romanised texts leave less than ${HALF}, in a language of whose letters romanising changes ${100 * CHANGED} % or more`,
  order: `shuffled words leave less than ${HALF}`,
  token: `${HALF} or more is left on dealt tokens: single tokens tell it, no context is needed`,
  sink: "over half of its activation on the language is at the first position",
  random: "the best of the random dictionary for the language has at least its v",
  "random-auroc": "at least its AUROC",
};

/** What the columns and labels mean. */
export function legendLines({ controls, letters_changed, features }: ControlsComparison): string[] {
  const kinds = TEXT_CONTROLS.filter((kind) => controls.includes(kind));
  const told: Record<Label, boolean> = {
    script: controls.includes("romanised"),
    order: controls.includes("shuffled"),
    token: controls.includes("random-tokens"),
    sink: true,
    random: controls.includes("random-dictionary"),
    "random-auroc": controls.includes("random-dictionary"),
  };
  return [
    ...(kinds.length === 0
      ? []
      : [
          `${kinds.join(", ")}: share of v that is left, 95 % interval (both runs in the same resamples of texts). ${kinds.map((kind) => `${kind}: ${CONTROL_WORDS[kind]}.`).join(" ")}`,
        ]),
    ...(letters_changed === null ? [] : [lettersText(letters_changed)]),
    ...(controls.includes("random-dictionary")
      ? [
          `random: ${CONTROL_WORDS["random-dictionary"]}. p ≤ ${FOUND_P}: features whose family-wise p is.`,
        ]
      : []),
    ...(features.some(({ labels }) => labels !== null)
      ? [
          `associated with: ${LABELS.filter((label) => told[label])
            .map((label) => `${label}: ${MEANINGS[label]}`)
            .join("; ")}.`,
          ...(features.some(({ unsure }) => unsure.length > 0)
            ? ["?: the interval also holds shares that would not give the label, or is not known."]
            : []),
        ]
      : []),
  ];
}

function lettersText(changed: Readonly<Record<string, number>>): string {
  const few = Object.entries(changed).filter(([, share]) => share < CHANGED);
  const shares = Object.entries(changed).map(([code, share]) => `${code} ${percent(share)}`);
  return `Letters that romanising changes: ${shares.join(", ")}.${few.length === 0 ? "" : ` It tells nothing about the script of ${few.map(([code]) => code).join(", ")}.`}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
