import {
  type CellPlace,
  fewestTexts,
  type SteeringFacts,
} from "../experiments/steering/steering-facts.js";
import { type Column, tableLines } from "./table.js";

/** The corpus that was evaluated on. */
export const corpusText = ({ evaluation }: SteeringFacts): string =>
  `${evaluation.corpus}${evaluation.split === null ? "" : ` (${evaluation.split})`}`;

/** Where vectors come from, and what opens gates. */
export function howText({ vectors, gate, learned }: SteeringFacts): string {
  const split = vectors.split === null ? "" : ` (${vectors.split})`;
  const from =
    vectors.bank === null
      ? `of ${vectors.train_n} texts a language${split}`
      : `from ${vectors.bank}`;
  const trained = learned === null ? "" : `; gates trained on ${learned.train_n} texts a language`;
  return `vectors ${from}${vectors.normalize ? ", normalised" : ""}; gate: top ${gate.top_k} above ${gate.threshold}${trained}; 95 % intervals over documents`;
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
        `${evaluation.excluded} texts are left out: the features were chosen, the vectors made or the gates trained on them.`,
      ]
    : []),
];
