import { CONTROL_KINDS, type ControlKind, type TextControl } from "../config/controls.js";
import type { Interval } from "../reduce/bootstrap.js";
import { ENOUGH_TEXTS } from "../reduce/enough-texts.js";
import { type KeptShare, keptShare } from "../reduce/kept-share.js";
import type { FinishedRun } from "../runs/read.js";
import { SINK_SHARE, type TopSelection, topFeatures } from "../runs/top-features.js";
import { PairedTexts } from "./paired-texts.js";
import { type LanguageBests, languageBestsOf } from "./random-bests.js";

/** A feature needs what a control takes away where less than this is left of its v, and does not where at least this is. */
export const HALF = 0.5;
/** Romanising tells something of a language whose letters it changes, shuffling of one whose words it moves: this share of them at least. */
export const CHANGED = 0.1;
/** An AUROC this near 1 is as good as any can be: that a random direction's is no lower tells nothing. */
const CEILING = 1 - 1e-6;

/**
 * script: romanised texts leave less than half, in a language whose letters change. order: shuffled words leave less than half, in a language whose words move.
 * token: half or more is left on dealt tokens, so that no context is needed. sink: over half of it is at the first position.
 * random: the best of a random dictionary for the language has at least its v; random-auroc: at least its AUROC,
 * where that is not at its ceiling.
 */
export const LABELS = ["script", "order", "token", "sink", "random", "random-auroc"] as const;
export type Label = (typeof LABELS)[number];

/** A top feature of a run, and what is left of it under the run's controls. */
export interface ControlledFeature {
  layer: number;
  language: string;
  rank: number;
  feature: number;
  v: number;
  interval: Interval | null;
  auroc: number | null;
  first_position_share: number;
  /** By control of the texts. */
  kept: Partial<Record<TextControl, KeptShare>>;
  /** What it is associated with; null where the texts are too few to say. */
  labels: Label[] | null;
  /** Those of the labels of which the interval also holds shares that would not give them. */
  unsure: Label[];
}

export interface ControlsComparison {
  /** Those that there are. */
  controls: ControlKind[];
  /** By language, the share of letters that romanising changes; null where the run has no such control. */
  letters_changed: Readonly<Record<string, number>> | null;
  /** By language, the share of words that shuffling puts where another stood; null where the run has no such control, or one of before they were counted. */
  words_moved: Readonly<Record<string, number>> | null;
  features: ControlledFeature[];
  /** The run's own dictionary beside a random one; nothing where the run has no such control. */
  random: LanguageBests[];
}

export type ControlRuns = ReadonlyMap<ControlKind, FinishedRun>;

/**
 * A run's top features under its controls.
 *
 * @throws VscoreError (request) where the run or a control lacks its sums, or has those of another
 */
export function compareControls(
  run: FinishedRun,
  controls: ControlRuns,
  selection: TopSelection,
): ControlsComparison {
  const top = topFeatures(run, selection);
  const layers = [...new Set(top.map(({ layer }) => layer))];
  const dictionary = controls.get("random-dictionary");
  const random = dictionary === undefined ? [] : languageBestsOf(run, dictionary, selection);
  const letters = controls.get("romanised")?.meta.letters_changed ?? null;
  const words = controls.get("shuffled")?.meta.words_moved ?? null;
  const paired = new PairedTexts(run, textControls(controls));
  const isEnough = Math.min(...Object.values(run.meta.texts)) >= ENOUGH_TEXTS;
  const features = layers.flatMap((layer) => {
    const columns = paired.at(layer);
    return top
      .filter((each) => each.layer === layer)
      .map(({ language, rank, feature, v, interval, auroc, first_position_share }) => {
        const k = run.meta.languages.indexOf(language);
        paired.refuseOtherV(columns, { layer, language: k, feature });
        const kept = Object.fromEntries(
          columns.map(([kind, pair]) => [kind, keptShare(pair, feature, k)]),
        );
        const found: Omit<ControlledFeature, "labels" | "unsure"> = {
          ...{ layer, language, rank, feature, v, interval, auroc, first_position_share, kept },
        };
        const bests = random.find((each) => each.layer === layer && each.language === language);
        const labels = labelsOf(
          found,
          // Words that nobody counted are taken for moved, as they are in nearly all texts.
          { letters: letters?.[language] ?? 0, words: words === null ? 1 : (words[language] ?? 0) },
          bests,
        );
        return {
          ...found,
          labels: isEnough ? labels : null,
          unsure: isEnough ? labels.filter((label) => isUnsure(found, label)) : [],
        };
      });
  });
  return {
    controls: CONTROL_KINDS.filter((kind) => controls.has(kind)),
    letters_changed: letters,
    words_moved: words,
    features,
    random,
  };
}

const textControls = (controls: ControlRuns): ReadonlyMap<TextControl, FinishedRun> =>
  new Map(
    [...controls].flatMap(([kind, control]) =>
      kind === "random-dictionary" ? [] : [[kind, control] as const],
    ),
  );

type Found = Omit<ControlledFeature, "labels" | "unsure">;

/** By which control a label is told. */
const TOLD_BY: Partial<Record<Label, TextControl>> = {
  script: "romanised",
  order: "shuffled",
  token: "random-tokens",
};

/** @param changed shares of the language's letters that romanising changes, and of its words that shuffling moves */
export function labelsOf(
  { v, auroc, first_position_share, kept }: Found,
  changed: { letters: number; words: number },
  bests: LanguageBests | undefined,
): Label[] {
  const left = (kind: TextControl) => kept[kind]?.left ?? null;
  const isBelow = (share: number | null) => share !== null && share < HALF;
  const dealt = left("random-tokens");
  const { v: randomV, auroc: randomAuroc } = bests?.random ?? { v: null, auroc: null };
  const holds: Record<Label, boolean> = {
    script: changed.letters >= CHANGED && isBelow(left("romanised")),
    order: changed.words >= CHANGED && isBelow(left("shuffled")),
    token: dealt !== null && dealt >= HALF,
    sink: first_position_share > SINK_SHARE,
    random: randomV !== null && randomV >= v,
    "random-auroc": isMatched(auroc, randomAuroc) && !isAtCeiling(auroc),
  };
  return LABELS.filter((label) => holds[label]);
}

const isMatched = (auroc: number | null, random: number | null): boolean =>
  random !== null && auroc !== null && random >= auroc;

const isAtCeiling = (auroc: number | null): boolean => auroc !== null && auroc >= CEILING;

/** Whether a random dictionary's best AUROC would match a feature's, were not both as high as can be. */
export const isTiedAtCeiling = (
  { auroc, layer, language }: ControlledFeature,
  random: readonly LanguageBests[],
): boolean =>
  isAtCeiling(auroc) &&
  random.some(
    (bests) =>
      bests.layer === layer && bests.language === language && isMatched(auroc, bests.random.auroc),
  );

/** Whether the interval of a share reaches across the threshold, or is not known. */
function isUnsure({ kept }: Found, label: Label): boolean {
  const kind = TOLD_BY[label];
  if (kind === undefined) return false;
  const interval = kept[kind]?.interval ?? null;
  return interval === null || (label === "token" ? interval.lo < HALF : interval.hi >= HALF);
}
