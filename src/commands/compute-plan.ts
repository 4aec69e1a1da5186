import { totalmem } from "node:os";
import { earlierSpeed } from "../compute/earlier-speed.js";
import { type Estimate, estimateRun } from "../compute/estimate.js";
import { checkCorpus, chooseFrom, type GatheredTexts } from "../compute/gather-texts.js";
import { siteWords } from "../compute/part-site.js";
import { CONTROL_WORDS } from "../config/controls.js";
import { languageName } from "../config/languages.js";
import { refuseAbsentLayers } from "../config/model-sizes.js";
import type { RunConfig } from "../config/schema.js";
import type { RayRequest } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import type { Part } from "../parts.js";
import { siteOf } from "../runs/site.js";
import { bytesText, estimateText, spanText } from "../views/amounts.js";
import { wrapped } from "../views/cells.js";
import { rangeText } from "../views/digits.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/** What a run would do, from what can be known without starting anything. */
export function describePlan(
  config: RunConfig,
  { part, splitGiven, resume, maxMemory, ray, json }: PlanOptions,
  output: Output,
): void {
  const site = siteOf(config.out_dir);
  if (site === "other")
    throw requestError(
      `--out-dir ${config.out_dir} holds files that are not a run. Choose another folder.`,
    );
  refuseAbsentLayers(config);
  const corpus = checkCorpus(config, splitGiven);
  const chosen = corpus === null ? null : chooseFrom(config, corpus.languages, corpus, []);
  const languages = config.languages.map((language) => {
    const texts = chosen?.languages.get(language);
    const bytes = texts?.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    return {
      language,
      name: languageName(language),
      texts: texts?.length ?? null,
      bytes: bytes ?? null,
    };
  });
  const warnings = [...(chosen?.warnings ?? [])];
  const whole = estimateRun(config, corpus);
  const facts = part === null ? whole : partOf(whole, part);
  const earlier = earlierSpeed(config, facts.tokens);
  const speed =
    earlier === null
      ? null
      : `about ${spanText(earlier.seconds)} to read the texts, at the ${Math.round(earlier.tokensPerSecond)} tokens/s of ${earlier.name}; start, tests and the rest took that run ${spanText(earlier.besides)} more`;
  const estimate = estimateText(facts, config.device);
  warnings.push(...memoryWarnings(facts, config, maxMemory));
  if (json) {
    output.data(
      asJson({
        ...{
          schema_version: 1,
          config,
          shard: part,
          ray,
          out_dir_holds: site,
          languages,
          estimate: { ...facts, seconds: earlier === null ? null : earlier.seconds },
        },
        warnings,
      }),
    );
    return;
  }
  const rows = languages.map(({ language, name, texts, bytes }) => [
    language,
    name,
    texts === null
      ? config.n_texts_per_lang === -1
        ? "all"
        : `≤ ${config.n_texts_per_lang}`
      : String(texts),
    bytes === null ? "(known once fetched)" : String(bytes),
  ]);
  const columns = [
    { title: "language" },
    { title: "name" },
    { title: "texts", align: "right" },
    { title: "bytes", align: "right" },
  ] as const;
  output.result(
    [
      `model         ${config.model_id}`,
      `dictionaries  ${config.sae_release}, ${config.sae_id_template}, layers ${config.layers.join(", ")}`,
      `corpus        ${config.corpus}${config.split === null ? "" : `, split ${config.split}`}`,
      `counted       special tokens: ${config.special_tokens}, first position: ${config.first_token}, mean over ${config.pool}s`,
      ...(config.control === "none"
        ? []
        : [`control       ${config.control}: ${CONTROL_WORDS[config.control]}`]),
      `batches       up to ${config.batch_tokens} tokens, device ${config.device}, dtype ${config.dtype}${config.deterministic ? ", deterministic" : ""}`,
      ...(ray === null ? [] : [`workers       ${rayText(ray)}`]),
      ...(part === null
        ? []
        : [
            `part          ${part.part} of ${part.of}, of which the estimate is; which texts shows once they are tokenised`,
          ]),
      `estimate      ${estimate.tokens} tokens; disk: ${estimate.disk}`,
      `memory        of the device: ${estimate.device}, beside what Python and its libraries take (some 0.5 GB of the host)`,
      ...(part === null
        ? [`scoring       in the process of vscore: ${estimate.memory} of memory`]
        : []),
      `time          ${speed ?? estimate.work}`,
      `out-dir       ${config.out_dir} (${siteText(site, config.out_dir, resume)})`,
      "",
      ...(rows.length <= LISTED_LANGUAGES ? tableLines(columns, rows) : namesOf(config, chosen)),
      ...warnings.map((warning) => `warning: ${warning}`),
      "",
      "Nothing was started.",
    ].join("\n"),
  );
}

export interface PlanOptions {
  part: Part | null;
  splitGiven: boolean;
  resume: boolean;
  /** Bytes of the device that the run may take; else what there is. */
  maxMemory: number | undefined;
  /** A Ray cluster whose workers have the model; null: this machine does. */
  ray: RayRequest | null;
  json: boolean;
}

const rayText = ({ address, workers, gpus_per_worker: gpus }: RayRequest): string => {
  const count = workers === null ? "one for each GPU, or else for each node" : String(workers);
  const share = gpus === null ? "" : `, ${gpus} GPU each`;
  return `${count}${share}, on the Ray cluster at ${address} (not asked now); memory is each worker's, time as if there were one`;
};

const siteText = (site: ReturnType<typeof siteOf>, folder: string, resume: boolean): string =>
  site === "free"
    ? "free"
    : resume
      ? `holds ${siteWords(site, folder)}, which goes on`
      : `holds ${siteWords(site, folder)}: compute asks for --resume, --overwrite or another --out-dir`;

/** A part's share of what its run takes; it makes no scores. */
const partOf = (run: Estimate, { of }: Part): Estimate => ({
  ...run,
  texts: Math.ceil(run.texts / of),
  tokens: run.tokens / of,
  disk_bytes: run.disk_bytes === null ? null : run.disk_bytes / of,
  operations: run.operations === null ? null : run.operations / of,
});

/** Where the run would be refused, or might be. */
function memoryWarnings(
  { device_bytes }: Estimate,
  { device }: RunConfig,
  maxMemory: number | undefined,
): string[] {
  if (device_bytes === null) return [];
  const needed = device.startsWith("cuda") ? device_bytes.cuda : device_bytes.cpu;
  const least = device === "auto" ? Math.min(device_bytes.cuda, device_bytes.cpu) : needed;
  if (maxMemory !== undefined && least > maxMemory)
    return [
      `--max-memory ${bytesText(maxMemory)} is less than what the run is likely to need (${bytesText(least)}): it would be refused before it begins`,
    ];
  if (device === "cpu" && needed > totalmem())
    return [
      `this machine has ${bytesText(totalmem())} of memory, and the run is likely to need ${bytesText(needed)}`,
    ];
  return [];
}

/** More languages are named in a paragraph, not a row each. */
export const LISTED_LANGUAGES = 40;

/** Languages of a plan, with how many texts each has, where that is known. */
function namesOf({ languages, n_texts_per_lang: n }: RunConfig, chosen: GatheredTexts | null) {
  const most = n === -1 ? "all" : `up to ${n}`;
  const texts =
    chosen === null ? most : rangeText([...chosen.languages.values()].map(({ length }) => length));
  return [
    `${languages.length} languages, ${texts} texts in each (names: npx vscore languages):`,
    ...wrapped(languages.join(", "), 100),
  ];
}
