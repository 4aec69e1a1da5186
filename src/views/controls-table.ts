import {
  type ControlledFeature,
  type ControlsComparison,
  LABELS,
  type Label,
} from "../comparison/controls.js";
import { FOUND_P, type LanguageBests } from "../comparison/random-bests.js";
import { TEXT_CONTROLS } from "../config/controls.js";
import type { KeptShare } from "../reduce/kept-share.js";
import { legendLines, percent } from "./controls-legend.js";
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
  if (counts.length === 0) return [`Of ${told.length} features none has a label.`];
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
