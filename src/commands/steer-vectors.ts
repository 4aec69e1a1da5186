import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { SafetensorsError } from "../engine/safetensors.js";
import { requestError } from "../errors.js";
import { standardCorpus } from "../experiments/ablation/evaluation-texts.js";
import {
  type BankFacts,
  bankStem,
  companionMetadata,
  decodeBank,
  encodeBank,
} from "../experiments/steering/bank-file.js";
import {
  type MadeVectors,
  makeVectors,
  type VectorsRequest,
} from "../experiments/steering/make-vectors.js";
import { type Pair, pairsOf } from "../experiments/steering/steering-request.js";
import { lengthOf } from "../experiments/steering/vectors.js";
import { withLoading } from "../explore/with-loading.js";
import { refuseUnwritable, writeTogether, writeWhole } from "../runs/atomic-write.js";
import { STEERING_VECTORS } from "../runs/exported-folders.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta } from "../runs/meta.js";
import { openRun } from "../runs/read.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import { withScratch } from "../runs/scratch.js";
import { showProgress } from "../views/progress.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";
import { namedSources } from "./steering-request.js";

export interface SteerVectorsOptions {
  source: string[];
  target: string[];
  layers?: (number | string)[] | undefined;
  trainTexts: number;
  corpus?: string | undefined;
  split?: string | undefined;
  specialTokens: "drop" | "keep";
  firstToken: "drop" | "keep";
  normalize: boolean;
  output?: string | undefined;
  overwrite: boolean;
  json: boolean;
}

/** In what vectors that are there already must agree with those that would take their place. */
function refuseOtherVectors(file: string, request: VectorsRequest, meta: Meta): void {
  if (!existsSync(file)) return;
  const { model_id, model_revision } = meta;
  const asked: Partial<BankFacts> = {
    ...{ model_id, model_revision, corpus: request.corpus, ...request.rule },
    ...{ normalize: request.normalize, layers: request.layers },
  };
  let found: Partial<BankFacts> = {};
  try {
    found = decodeBank(readFileSync(file)).facts;
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
  }
  const key = (Object.keys(asked) as (keyof BankFacts)[]).find(
    (each) => JSON.stringify(found[each]) !== JSON.stringify(asked[each]),
  );
  if (key === undefined) return;
  throw requestError(
    `${file} holds vectors with ${key} ${JSON.stringify(found[key]) ?? "unknown"}, asked for now is ${JSON.stringify(asked[key])}. Expected a place where nothing else is lost. Choose another with --output, or replace them with --overwrite.`,
  );
}

/** A pair's vectors as files: they belong together. */
const bankFiles = ({ bank, facts }: MadeVectors, stem: string, jobs: EngineJobs) =>
  withScratch(async (folder) => {
    const metadata = companionMetadata(facts);
    const own = encodeBank(bank, facts);
    const [source, torch] = [join(folder, "bank.safetensors"), join(folder, "bank.pt")];
    await writeWhole(source, own);
    await jobs.writeBank(source, torch, metadata);
    return new Map<string, string | Uint8Array>([
      [`${stem}.safetensors`, own],
      [`${stem}.pt`, readFileSync(torch)],
      [`${stem}.json`, `${JSON.stringify(metadata, null, 2)}\n`],
    ]);
  });

const ENDINGS = ["safetensors", "pt", "json"];

/** `vscore steer vectors RUN`: steering vectors of pairs of languages, as safetensors and as the steering repository keeps them. */
export async function steerVectors(
  name: string,
  options: SteerVectorsOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const run = openRun(name);
  const sources = namedSources(options.source);
  const layers = (options.layers ?? run.meta.layers).map((layer) => {
    if (typeof layer === "number" && layer >= 0) return layer;
    throw requestError(`--layers: found ${layer}. Expected numbers of layers, such as 20,21,22.`);
  });
  const request: VectorsRequest = {
    pairs: pairsOf(run, sources, options.target, { sources: "--source", targets: "--target" }),
    skipsLacking: sources === null,
    layers: [...new Set(layers)].sort((a, b) => a - b),
    texts: options.trainTexts,
    corpus: options.corpus ?? standardCorpus(run),
    split: (options.split ?? "dev") as "dev" | "devtest",
    splitGiven: options.split !== undefined,
    rule: { special_tokens: options.specialTokens, first_token: options.firstToken },
    normalize: options.normalize,
  };
  const folder =
    options.output ??
    join(relative(".", run.folder), RUN_FILES.exportsFolder, STEERING_VECTORS.name);
  const stemOf = (pair: Pair) => join(folder, bankStem(run.meta.model_id, pair, request.texts));
  const filesOf = (pair: Pair) => ENDINGS.map((ending) => `${stemOf(pair)}.${ending}`);
  for (const file of request.pairs.flatMap(filesOf)) refuseRunFile(file, run.folder);
  if (!options.overwrite)
    for (const pair of request.pairs)
      refuseOtherVectors(`${stemOf(pair)}.safetensors`, request, run.meta);

  refuseUnwritable(folder);
  const progress = showProgress({ ...output, write: output.raw });
  const { made, warnings } = await withLoading(signal, progress.news, async (jobs, onLoaded) => {
    const found = await makeVectors(run, request, jobs, (phase) => {
      if (phase !== "reading texts") onLoaded();
      progress.news({ type: "phase", phase });
    });
    for (const each of found.made)
      await writeTogether(await bankFiles(each, stemOf(each.facts), jobs));
    return found;
  }).finally(progress.stop);
  const files = made.flatMap(({ facts }) => filesOf(facts));
  for (const warning of warnings) output.note(`warning: ${warning}`);
  if (options.json) {
    output.data(asJson({ folder, files, vectors: made.map(({ facts }) => facts), warnings }));
    return;
  }
  const rows = made.map(({ bank, facts }) => [
    ...[facts.source, facts.target],
    ...[...bank.values()].map((vector) => lengthOf(vector).toFixed(3)),
  ]);
  const columns = ["source", "target", ...request.layers.map((layer) => `|v| layer ${layer}`)];
  output.result(
    [
      `${run.name}: mean over ${request.texts} texts a language of the mean over a text's tokens, target less source${request.normalize ? ", each of length 1" : ""}`,
      "",
      ...tableLines(
        columns.map((title, at) => ({ title, align: at < 2 ? "left" : "right" })),
        rows,
      ),
      "",
      `Wrote ${files.length} files to ${folder}`,
    ].join("\n"),
  );
}
