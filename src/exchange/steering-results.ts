import { pythonFloat } from "../runs/python-float.js";
import { methodOf } from "./steering-methods.js";
import type { SteeringSettings } from "./steering-names.js";

/** One experiment on language identification: a source, a target, a layer and an α. */
export interface SteeringTable extends SteeringSettings {
  /** The file that it came from. */
  origin: string;
  rows: SteeringRow[];
}

export interface SteeringRow {
  /** `No SV`, or how and over how many layers the model is steered, such as SAE-2L. */
  method: string;
  k: number;
  /** Cross-entropy of the target language's name, nats. */
  target: number;
  /** Mean cross-entropy on the other languages, nats per token. */
  collateral: number;
}

/** One experiment on continuations in another language. */
export interface ContinuationTable extends SteeringSettings {
  origin: string;
  rows: ContinuationRow[];
}

export interface ContinuationRow {
  method: string;
  k: number;
  /** Continuations that are in the target language, as a share. */
  success: number;
  /** Of that share; null where it is not known. Tables as files have none. */
  interval: { lo: number; hi: number } | null;
  collateral: number;
}

/** Columns of a table as the steering repository writes it. */
export const LID_COLUMNS = ["method", "k", "ce_target_token", "ce_non_target_langs"] as const;
/** The last of its generations has the columns of the first besides its own. */
export const OLDER_CLC_COLUMNS = ["method", "k", "success_rate", "ce_non_source_flores10"] as const;
export const CLC_COLUMNS = [
  ...["source_lang", "target_lang", "method", "k", "alpha_used"],
  ...["success_rate", "ce_non_source_flores10"],
] as const;

/** A table as the steering repository has it: a row a method, numbers as Python writes them. */
export const lidCsv = ({ rows }: Pick<SteeringTable, "rows">): string =>
  lines([
    LID_COLUMNS,
    ...rows.map(({ method, k, target, collateral }) => [
      ...[method, String(k), pythonFloat(target), pythonFloat(collateral)],
    ]),
  ]);

/** Pairs of languages as one table. What is not steered has no α, and none is told where it is not known. */
export const clcCsv = (
  tables: readonly Pick<ContinuationTable, "source" | "target" | "alpha" | "rows">[],
): string =>
  lines([
    CLC_COLUMNS,
    ...tables.flatMap(({ source, target, alpha, rows }) =>
      rows.map(({ method, k, success, collateral }) => [
        ...[source, target, method, String(k)],
        methodOf(method)?.k === 0 ? "0.0" : alpha === null ? "" : pythonFloat(alpha),
        ...[pythonFloat(success), pythonFloat(collateral)],
      ]),
    ),
  ]);

const lines = (records: readonly (readonly string[])[]): string =>
  records.map((cells) => `${cells.join(",")}\n`).join("");
