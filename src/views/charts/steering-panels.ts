import type { SteeringSettings } from "../../exchange/steering-names.js";
import { ENOUGH_TEXTS } from "../../reduce/enough-texts.js";
import { nameOf } from "../cluster-table.js";
import { textWidth } from "./text-width.js";

/** By what panels are sorted and named. */
export const STEERING_BY = ["source", "target", "alpha", "layer"] as const;
export type SteeringBy = (typeof STEERING_BY)[number];

/** Of several that vary, the first of these is taken. */
const FIRST: readonly SteeringBy[] = ["target", "source", "alpha", "layer"];

/** What the steering repository calls these figures. */
export const BY_TITLE: Record<SteeringBy, string> = {
  source: "By source language",
  target: "By target language",
  alpha: "By strength",
  layer: "By layer",
};

type Table = SteeringSettings & { origin: string };

/** What tells one table from another, in words that go on after a comma; null where the file does not tell. */
const PROPERTIES: Record<
  Exclude<keyof SteeringSettings, "source" | "target">,
  (t: Table) => string | null
> = {
  alpha: ({ alpha }) => (alpha === null ? null : `α = ${alpha}`),
  layer: ({ layer }) => (layer === null ? null : `layer ${layer}`),
  tag: ({ tag }) => tag || null,
  topK: ({ topK }) => (topK === null ? null : `gates of ${counted(topK, "feature")}`),
  trainN: ({ trainN }) => (trainN === null ? null : `vectors of ${counted(trainN, "text")}`),
  evalN: ({ evalN }) => (evalN === null ? null : `${counted(evalN, "source text")} evaluated`),
  otherN: ({ otherN }) =>
    otherN === null ? null : `${counted(otherN, "text")} of each other language`,
  metric: ({ metric }) => (metric === null ? null : METRICS[metric]),
};
const METRICS = { "first-token": "first token of the name", "full-label": "whole name" };

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** The property that varies; null where none does. */
export const variesBy = (tables: readonly Table[]): SteeringBy | null =>
  FIRST.find((by) => new Set(tables.map((table) => table[by])).size > 1) ?? null;

/** Panels in their order. Where all tables agree it is told once, elsewhere in each panel's title. */
export interface PanelWords<T> {
  /** What all have in common: languages, α and layer, for the title; and the rest, for the line under it. */
  title: string[];
  common: string[];
  panels: { table: T; title: string[] }[];
}

/**
 * @param by null where no property varies
 * @param side pixels of a panel, in which its title must find room
 */
export function panelWords<T extends Table>(
  tables: readonly T[],
  by: SteeringBy | null,
  side: number,
): PanelWords<T> {
  const agree = (key: keyof SteeringSettings) => new Set(tables.map((t) => t[key])).size === 1;
  const words = (table: T, isWanted: (key: keyof SteeringSettings) => boolean) => {
    const told = (key: keyof typeof PROPERTIES): string[] => {
      if (!isWanted(key)) return [];
      const word = PROPERTIES[key](table);
      return word !== null ? [word] : agree(key) ? [] : [`${NAMES[key]} not told`];
    };
    return {
      languages: languagesText(table, isWanted("source"), isWanted("target")),
      ...{ alpha: told("alpha"), layer: told("layer"), rest: REST.flatMap(told) },
    };
  };
  const [first] = tables as readonly [T, ...T[]];
  const shared = words(first, agree);
  const titles = tables.map((table) => {
    const { languages, alpha, layer, rest } = words(table, (key) => !agree(key));
    const lead = by === "alpha" ? alpha : by === "layer" ? layer : languages;
    const others = [...languages, ...alpha, ...layer].filter((word) => !lead.includes(word));
    return [...lead, ...others, ...rest];
  });
  const isFew = tables.some(({ evalN }) => evalN !== null && evalN < ENOUGH_TEXTS);
  const isAmbiguous = (title: readonly string[]) =>
    titles.filter((other) => other.join() === title.join()).length > 1;
  return {
    title: [...shared.languages, ...shared.alpha, ...shared.layer],
    common: [...shared.rest, ...(isFew ? [`fewer than ${ENOUGH_TEXTS}: nothing is claimed`] : [])],
    panels: tables
      .map((table, at) => {
        const title = titles[at] as string[];
        const parts = isAmbiguous(title) ? [...title, table.origin] : title;
        return { table, title: wrapped(parts, side, PANEL_TITLE) };
      })
      .sort((a, b) => inOrder(a.table, b.table, by)),
  };
}

const REST = ["tag", "topK", "trainN", "evalN", "otherN", "metric"] as const;

const NAMES: Record<keyof typeof PROPERTIES, string> = {
  ...{ alpha: "α", layer: "layer", tag: "model", topK: "features of gates", metric: "metric" },
  ...{ trainN: "texts of vectors", evalN: "source texts", otherN: "other texts" },
};

function languagesText({ source, target }: Table, withSource: boolean, withTarget: boolean) {
  if (withSource && withTarget) return [`${nameOf(source)} → ${nameOf(target)}`];
  if (withSource) return [`from ${nameOf(source)}`];
  return withTarget ? [`to ${nameOf(target)}`] : [];
}

function inOrder(a: Table, b: Table, by: SteeringBy | null): number {
  for (const key of [...(by === null ? [] : [by]), ...FIRST]) {
    const [one, other] = [a[key], b[key]];
    if (one === other) continue;
    // What is not told comes last.
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return 0;
}

/** Above the plot itself: above its axes too, titles of a row would not be on one line. */
export const PANEL_TITLE = {
  ...{ fontSize: 11, fontWeight: "bold", anchor: "start", frame: "group", offset: 9 },
};

/** Parts joined by commas, on as many lines as they need in this width; a part that is wider is broken at its own signs. */
export function wrapped(
  parts: readonly string[],
  width: number,
  font: { fontSize: number; fontWeight?: string },
): string[] {
  const fits = (text: string) => textWidth(font, text) <= width;
  const lines: string[] = [];
  for (const [at, part] of parts.entries()) {
    const whole = at < parts.length - 1 ? `${part},` : part;
    const pieces = fits(whole) ? [whole] : whole.split(/(?<=[_-])/);
    for (const [place, piece] of pieces.entries()) {
      const longer = `${lines.at(-1)}${place === 0 ? " " : ""}${piece}`;
      if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
      else lines.push(piece);
    }
  }
  return lines;
}
