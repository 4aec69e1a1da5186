import type { GateRate } from "../experiments/steering/gates.js";
import {
  type CellPlace,
  fewestTexts,
  type SteeringFacts,
} from "../experiments/steering/steering-facts.js";
import { rangeText } from "./digits.js";
import { type Column, tableLines } from "./table.js";

/** The corpus that was evaluated on. */
export const corpusText = ({ evaluation }: SteeringFacts): string =>
  `${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`;

/** Where vectors come from, and what opens gates. */
export function howText({ vectors, gate, learned, evaluation }: SteeringFacts): string {
  const split = vectors.split === null ? "" : ` (${vectors.split})`;
  const texts =
    vectors.train_n === null
      ? "of texts that it does not tell"
      : `of ${vectors.train_n} texts a language${split}`;
  const from = vectors.bank === null ? texts : `from ${vectors.bank}, ${texts}`;
  const trained = learned === null ? "" : `; gates trained on ${learned.train_n} texts a language`;
  return `vectors ${from}${vectors.normalize ? ", normalised" : ""}; gate: top ${gate.top_k} above ${gate.threshold}${trained}; 95 % intervals over documents (${rangeText(Object.values(evaluation.source_documents))} of the source)`;
}

/** Why nothing is claimed; nothing where something may be. */
export function noSteeringClaim({ is_enough, evaluation }: SteeringFacts): string[] {
  if (is_enough) return [];
  return evaluation.is_disjoint === null
    ? ["The file of vectors does not tell which texts they were made of. Nothing is claimed."]
    : [`Only ${fewestTexts(evaluation)} texts a language. Nothing is claimed.`];
}

const PLACE: Column[] = [
  ...[{ title: "pair" }, { title: "layer", align: "right" as const }],
  ...[{ title: "α", align: "right" as const }, { title: "method" }],
];

/** A row a method; pair, layer and strength stand at the first of a setup. */
export function methodTable<Cell extends CellPlace>(
  cells: readonly Cell[],
  titles: readonly string[],
  numbersOf: (cell: Cell) => string[],
): string[] {
  let last = "";
  const rows = cells.map((cell) => {
    const setup = [`${cell.source} → ${cell.target}`, String(cell.layer), String(cell.alpha)];
    const shown = setup.join() === last ? ["", "", ""] : setup;
    last = setup.join();
    return [...shown, cell.method, ...numbersOf(cell)];
  });
  return tableLines(
    [...PLACE, ...titles.map((title): Column => ({ title, align: "right" }))],
    rows,
  );
}

/** Who is missing, and what was left out. */
export const leftOut = ({ evaluation }: SteeringFacts): string[] => [
  ...(evaluation.lacking.length > 0
    ? [`Not evaluated, for the corpus lacks them: ${evaluation.lacking.join(", ")}.`]
    : []),
  ...(evaluation.excluded > 0
    ? [
        `${evaluation.excluded} texts are left out: the features were chosen, the vectors made or the gates trained on them or on their translations.`,
      ]
    : []),
];

const SHOWN_FEATURES = 8;

const firstOf = (features: readonly number[]): string =>
  [
    ...features.slice(0, SHOWN_FEATURES),
    ...(features.length > SHOWN_FEATURES ? [`${features.length - SHOWN_FEATURES} more`] : []),
  ].join(", ");

/** Where gates are open: on the source, and at most on another language. */
export function gateLines({
  gate_rates,
  gate,
  learned,
}: SteeringFacts & { gate_rates: readonly GateRate[] }): string[] {
  const share = (rate: number) => `${(100 * rate).toFixed(1)} %`;
  const shares = (source: string, layer: number, target: string | null) => {
    const rates = gate_rates.filter(
      (each) => each.source === source && each.layer === layer && each.target === target,
    );
    const own = rates.find(({ language }) => language === source);
    const others = rates.filter(({ language }) => language !== source);
    const most = others.reduce<(typeof others)[number] | undefined>(
      (top, each) => (top === undefined || each.rate > top.rate ? each : top),
      undefined,
    );
    const isTurned = own !== undefined && most !== undefined && most.rate > own.rate;
    return {
      isTurned,
      own: own === undefined ? "–" : share(own.rate),
      most: most === undefined ? "" : `, ${share(most.rate)} of ${most.language}'s at most`,
    };
  };
  return [
    ...gate.features.map(({ source, layer, features }) => {
      const { own, most } = shares(source, layer, null);
      return `gate of ${source} at layer ${layer} (features ${firstOf(features)}): open on ${own} of its tokens${most}`;
    }),
    ...(learned?.gates ?? []).map(({ source, target, layer, losses }) => {
      const { own, most, isTurned } = shares(source, layer, target);
      return `trained gate ${source} → ${target} at layer ${layer}: open by ${own} on its tokens on average${most}; loss ${(losses[0] ?? 0).toFixed(3)} → ${(losses.at(-1) ?? 0).toFixed(3)}${isTurned ? ". It opens further on others than on the source: it has not learned to steer here" : ""}`;
    }),
  ];
}

/** The other language whose predictions suffer most. */
export function mostHarmed({ by_language, method }: CellPlace): string {
  const [first, ...rest] = by_language;
  if (first === undefined || method === "No SV") return "–";
  const most = rest.reduce((top, each) => (each.over_none > top.over_none ? each : top), first);
  return `${most.language} ${most.over_none >= 0 ? "+" : ""}${most.over_none.toFixed(3)}`;
}
