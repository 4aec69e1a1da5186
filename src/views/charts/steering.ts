import type { SteeringSettings } from "../../exchange/steering-names.js";
import type { ContinuationTable, SteeringTable } from "../../exchange/steering-results.js";
import { type Chart, drawable, framed } from "./chart.js";
import {
  type SteeringAxes,
  type SteeringPoint,
  steeringPanel,
  steeringScales,
} from "./steering-marks.js";
import {
  BY_TITLE,
  PANEL_TITLE,
  panelWords,
  type SteeringBy,
  variesBy,
  wrapped,
} from "./steering-panels.js";

const SIDE = 250;
const SIDE_ALONE = 360;
const COLUMNS = 2;
/** What a figure is wide at least, with its axes and legends. */
const WIDTH = 500;

/** From none to all, with room for the name of a point at either end. */
const ROOM = [-0.1, 1.1] as const;

type Origin = SteeringSettings & { origin: string };

const METHODS =
  "SV adds the steering vector at every token, SAE where one of the source language's features fires, Learned and Thresholded as far as a trained gate lets it; Random and RandomSAE do as SV and SAE with random vectors of the same length; No SV is the model as it is. Lines go from one steered layer to more.";
const COLLATERAL = "CE on the other languages (nats per token)";
const OTHERS = "on texts of all languages but the source, steered alike: further right, more harm";

const LID = {
  title: "How far steering makes the model name another language",
  caption: `Down: cross-entropy of the target language's name, where the model is asked for the language of texts in the source language; lower is nearer to the target. Across: mean cross-entropy ${OTHERS}. ${METHODS}`,
  axes: ({ metric }: Origin): SteeringAxes => ({
    ...{ x: COLLATERAL, yDomain: null },
    y:
      metric === "first-token"
        ? "CE of the target name's first token (nats)"
        : metric === "full-label"
          ? "CE of the target's name (nats per token)"
          : "CE of the target's name (nats)",
  }),
};

const CLC = {
  title: "How often steering makes the model go on in the target language",
  caption: `Up: the share of continuations that are in the target language; bars, where there are any, are 95 % intervals. Across: mean cross-entropy ${OTHERS}. ${METHODS}`,
  axes: (): SteeringAxes => ({
    ...{ x: COLLATERAL, y: "success rate", yDomain: ROOM },
  }),
};

const pointsOfLid = ({ rows }: SteeringTable): SteeringPoint[] =>
  rows.map(({ method, k, target, collateral }) => ({
    ...{ method, k, x: collateral, y: target, interval: null },
  }));

const pointsOfClc = ({ rows }: ContinuationTable): SteeringPoint[] =>
  rows.map(({ method, k, success, collateral, interval }) => ({
    ...{ method, k, x: collateral, y: success, interval },
  }));

/** What steering reaches and costs, of one experiment on language identification. */
export const lidScatter = (table: SteeringTable): Chart => lidPanels([table]);

/**
 * The same of several, side by side.
 *
 * @param by what panels are sorted by and named for; where nobody says, what varies
 */
export const lidPanels = (tables: readonly SteeringTable[], by?: SteeringBy): Chart =>
  steeringChart(tables, pointsOfLid, LID, by);

/** Success against cost of experiments on continuations, a panel for each pair of languages. */
export const clcPanels = (tables: readonly ContinuationTable[], by?: SteeringBy): Chart =>
  steeringChart(tables, pointsOfClc, CLC, by);

function steeringChart<T extends Origin>(
  tables: readonly T[],
  pointsOf: (table: T) => SteeringPoint[],
  { title: what, caption, axes }: { title: string; caption: string; axes(t: T): SteeringAxes },
  asked?: SteeringBy,
): Chart {
  const isAlone = tables.length === 1;
  const side = isAlone ? SIDE_ALONE : SIDE;
  const by = isAlone ? null : (asked ?? variesBy(tables));
  const words = panelWords(tables, by, side);
  const all = tables.flatMap(pointsOf);
  const scales = steeringScales(all);
  const lead = by === null ? "Steering" : BY_TITLE[by];
  const [first, ...more] = words.title;
  const title = [first === undefined ? lead : `${lead}: ${first}`, ...more];
  const panels = words.panels.map(({ table, title }) => ({
    ...(title.length === 0 ? {} : { title: { text: title.map(drawable), ...PANEL_TITLE } }),
    ...steeringPanel(pointsOf(table), axes(table), scales, { all, side }),
  }));
  return {
    title: `${title.join(", ")}. ${what}`,
    caption,
    spec: framed("", "", {
      // On as many lines as they need: one long line would make the figure wide.
      title: {
        ...{ anchor: "start", subtitleColor: "#555" },
        text: wrapped(title, WIDTH, { fontSize: 14, fontWeight: "bold" }).map(drawable),
        subtitle: [what, ...wrapped(words.common, WIDTH, { fontSize: 11 })].map(drawable),
      },
      ...(isAlone ? panels[0] : { columns: COLUMNS, spacing: 28, concat: panels }),
    }),
  };
}
