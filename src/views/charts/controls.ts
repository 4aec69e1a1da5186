import { type ControlledFeature, compareControls, HALF } from "../../comparison/controls.js";
import type { LanguageBests } from "../../comparison/random-bests.js";
import { TEXT_CONTROLS } from "../../config/controls.js";
import { controlsOf, openControl } from "../../runs/controls.js";
import { intervalText } from "../evidence-text.js";
import { byText, rankedCaption } from "../ranking-text.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  sourceText,
  told,
  V_FORMULA,
} from "./chart.js";

/** Shares beyond these stand at the end of the axis. */
const SHARES = [-0.25, 1.25];
const LANGUAGES_A_ROW = 4;
/** Of a feature, in pixels. */
const ROW = 9;
const DICTIONARIES = { domain: ["the run's own", "random"], range: ["#0072b2", "#d55e00"] };

/** What is left of the best features' v under each control, and how v falls in the dictionary and in a random one. */
export function controlsChart(run: PlottedRun, options: ChartOptions): Chart | null {
  const [layer] = options.layers;
  const kinds = run.statistics === null ? [] : controlsOf(run);
  if (run.statistics === null || kinds.length === 0 || layer === undefined) return null;
  const runs = new Map(kinds.map((kind) => [kind, openControl(run, kind)]));
  const { features, random } = compareControls(run, runs, { layer, topK: options.topK });
  const isAsked = ({ language }: { language: string }) => options.languages.includes(language);
  const title = `The top ${options.topK} features of each language${byText(run)} under controls, layer ${layer}`;
  const kept = TEXT_CONTROLS.filter((kind) => runs.has(kind));
  const parts = [
    ...(kept.length === 0 ? [] : [keptPanels(features.filter(isAsked), kept)]),
    ...(random.length === 0 ? [] : [fallPanels(random.filter(isAsked), options.languages)]),
  ];
  return {
    title,
    caption:
      [
        `${V_FORMULA}.`,
        ...(kept.length === 0
          ? []
          : [
              `Points: share of a feature's v that is left under a control, with 95 % intervals; at the dashed line half of it, at the other all; shares beyond the axis stand at its end.`,
            ]),
        ...(random.length === 0
          ? []
          : [
              "Lines: the highest v of each language, falling, in the run's own dictionary and in random directions that fire as often and as strongly on the first texts.",
            ]),
      ].join(" ") + rankedCaption(run, options),
    spec: framed(title, sourceText(run), {
      vconcat: parts,
      resolve: { scale: { color: "independent", strokeDash: "independent" } },
    }),
  };
}

function keptPanels(features: readonly ControlledFeature[], kinds: typeof TEXT_CONTROLS) {
  const [least, most] = SHARES as [number, number];
  const within = (share: number) => Math.min(most, Math.max(least, share));
  const values = features.flatMap(({ kept, language, feature, rank, v }) =>
    kinds.flatMap((kind) => {
      const { left = null, interval = null } = kept[kind] ?? {};
      if (left === null) return [];
      const ends = interval === null ? {} : { lo: within(interval.lo), hi: within(interval.hi) };
      const point = { kind, language, feature, rank, v, interval: intervalText(interval) };
      return [{ ...point, left, shown: within(left), ...ends }];
    }),
  );
  const languages = [...new Set(features.map(({ language }) => language))];
  const line = (datum: number, strokeDash: number[]) => ({
    mark: { type: "rule", color: "#999", strokeDash },
    encoding: { x: { datum } },
  });
  const x = {
    ...{ field: "shown", type: "quantitative", title: "share of v that is left" },
    scale: { domain: SHARES, nice: false },
  };
  const y = { field: "rank", type: "ordinal", title: null, axis: null };
  return {
    data: { values },
    facet: {
      row: {
        ...{ field: "language", type: "nominal", sort: languages },
        header: { title: null, labelAngle: 0, labelAlign: "left", labelFontWeight: "normal" },
      },
      column: { field: "kind", type: "nominal", sort: [...kinds], header: { title: null } },
    },
    spacing: { row: 4, column: 16 },
    spec: {
      ...{ width: 220, height: { step: ROW } },
      layer: [
        line(HALF, [4, 4]),
        line(1, [1, 0]),
        {
          transform: [{ filter: "isValid(datum.lo)" }],
          mark: { type: "rule", color: "#888" },
          encoding: { x: { ...x, field: "lo" }, x2: { field: "hi" }, y },
        },
        {
          mark: { type: "point", filled: true, size: 28, opacity: 1 },
          encoding: {
            ...{ x, y },
            color: {
              ...{ field: "rank", type: "ordinal", title: "rank" },
              scale: { scheme: "viridis", reverse: true },
            },
            tooltip: told(
              {
                ...{ kind: "control", language: "language", rank: "rank", feature: "feature" },
                interval: "95 % interval of the share",
              },
              { left: "share left", v: "v of the run" },
            ),
          },
        },
      ],
    },
  };
}

function fallPanels(random: readonly LanguageBests[], languages: readonly string[]) {
  const values = random.flatMap(({ language, ...bests }) =>
    (["real", "random"] as const).flatMap((which, at) =>
      bests[which].falling.map((v, place) => ({
        ...{ language, rank: place + 1, v, dictionary: DICTIONARIES.domain[at] },
      })),
    ),
  );
  return {
    data: { values },
    facet: { field: "language", type: "nominal", sort: [...languages], header: { title: null } },
    columns: LANGUAGES_A_ROW,
    resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
    spec: {
      ...{ width: 130, height: 100 },
      mark: "line",
      encoding: {
        // A line is one mark, and tells of its start.
        tooltip: told({ language: "language", dictionary: "dictionary" }, { v: "highest v" }),
        x: {
          ...{ field: "rank", type: "quantitative", title: "rank" },
          scale: { type: "log", nice: false },
        },
        y: { field: "v", type: "quantitative", title: "v" },
        color: {
          ...{ field: "dictionary", type: "nominal", scale: DICTIONARIES, title: "dictionary" },
        },
        strokeDash: {
          ...{ field: "dictionary", type: "nominal", title: "dictionary" },
          scale: { domain: DICTIONARIES.domain },
        },
      },
    },
  };
}
