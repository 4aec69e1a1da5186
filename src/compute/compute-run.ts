import { join, resolve } from "node:path";
import { differingKeys } from "../config/differing-keys.js";
import { refuseAbsentLayers } from "../config/model-sizes.js";
import { folderOf } from "../config/paths.js";
import { dictionaryId } from "../config/presets.js";
import type { RunConfig } from "../config/schema.js";
import type { LocalCorpus } from "../corpora/local-corpora.js";
import { EngineJobs, type LoadRequest, type RayRequest } from "../engine/engine-jobs.js";
import { OneEngine } from "../engine/one-engine.js";
import { errnoOf, requestError, VscoreError } from "../errors.js";
import type { Part } from "../parts.js";
import { type CorpusText, shortHash, textsFingerprint } from "../plan.js";
import { refuseUnwritable } from "../runs/atomic-write.js";
import { storedEvents } from "../runs/events.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunEvent, RunNews } from "../runs/meta.js";
import { readPart } from "../runs/part-file.js";
import { openRun } from "../runs/read.js";
import { siteOf, storedConfig, wholeConfig } from "../runs/site.js";
import { RunStore } from "../runs/store.js";
import { checkedFidelity } from "./checked-fidelity.js";
import { checkedPrecision, recordedPrecision } from "./checked-precision.js";
import { controlledTexts } from "./control-texts.js";
import { checkCorpus, type GatheredTexts, gatherTexts } from "./gather-texts.js";
import { gatherWorkers } from "./gather-workers.js";
import { OpenPart, textsOfPart } from "./open-part.js";
import { OpenRun } from "./open-run.js";
import { refuseOtherPart, siteWords } from "./part-site.js";
import { PhaseClock } from "./phase-clock.js";
import { pinnedTo } from "./pinned-config.js";
import { ProgressMeter } from "./progress-meter.js";
import { dealSeedOf, tokenizeTexts } from "./tokenize-texts.js";
import { withWayOn } from "./with-way-on.js";

export interface ComputeRequest {
  config: RunConfig;
  /** Which part of the run alone, for others to do the rest; `config.out_dir` is then the part's own. */
  part?: Part | undefined;
  /** Whether the split was asked for, as opposed to filled in. */
  splitGiven: boolean;
  resume: boolean;
  overwrite: boolean;
  /** Whether dictionaries that do not rebuild what they read stop the run before it begins; else that is a warning. */
  selfCheck?: boolean;
  /** Bytes of its device that it may take; null: what there is. */
  maxMemory?: number | null;
  /** A Ray cluster whose workers have the model; null: this machine does. */
  ray?: RayRequest | null;
  /** Seconds without a sign of life after which Python is taken for hung; 0: never. */
  stallTimeout?: number;
  /** Told the run's texts before anything is loaded; what it throws ends the run. */
  checkTexts?: (languages: ReadonlyMap<string, readonly CorpusText[]>) => void;
  /** For several runs in a row, whose owner ends it; else a run has one to itself. */
  engine?: OneEngine;
  signal?: AbortSignal;
  onNews: (news: RunNews) => void;
}

export interface ComputedRun {
  folder: string;
  meta: Meta | null;
}

/**
 * The story of a run: look at the request, start the engine, gather the texts, load, tokenise, check that dictionaries and model fit
 * each other, extract language by language (each one a finished checkpoint), score, write. Of a part of a run, only its texts are
 * extracted, and nothing is scored. `meta` is null of a part, and where the run was finished before.
 *
 * @throws VscoreError; what was finished stays, what was begun and not finished is removed
 */
export async function computeRun(request: ComputeRequest): Promise<ComputedRun> {
  const started = new Date();
  const startedAt = performance.now();
  const clock = new PhaseClock(startedAt);
  const folder = request.config.out_dir;
  const site = siteOf(folder);
  refuseSite(site, request);
  const part = request.part ?? null;
  if (request.resume) refuseOtherPart(site, folder, part);
  refuseAbsentLayers(request.config);
  const local = checkCorpus(request.config, request.splitGiven);
  const config = { ...request.config, split: local === null ? request.config.split : local.split };
  const begun = request.resume && site !== "free" ? wholeConfig(folder) : null;
  if (begun !== null) refuseOtherConfig(begun, config, folder);
  if (request.resume && site === "finished") {
    refuseOtherTexts(openRun(resolve(folder)).meta, local, folder);
    return { folder, meta: null };
  }
  const finished = request.resume && site === "part" ? readPart(folder).finished : null;
  if (finished !== null) {
    const { corpus_revision } = finished;
    refuseOtherTexts({ corpus: config.corpus, corpus_revision }, local, folder);
    return { folder, meta: null };
  }
  refuseUnwritable(folder);

  const engines = request.engine ?? new OneEngine(request.stallTimeout);
  await engines.find();
  const goesOn = request.resume && (site === "unfinished" || site === "part");
  let store: RunStore | undefined = goesOn ? await RunStore.resume(folder) : undefined;
  try {
    const engine = await engines.start();
    const meter = new ProgressMeter(request.onNews);
    const jobs = new EngineJobs(
      engine,
      request.signal,
      (progress) => meter.engineProgress(progress),
      (news) => meter.workerNews(news),
    );
    const earlier = goesOn ? storedEvents(folder) : [];
    const { stallTimeout } = engines;
    const wanted = { ray: request.ray, config, earlier, stallTimeout };
    const cluster = await gatherWorkers(wanted, jobs);
    clock.end("start_up");
    const pinned = pinnedRevisions(config, earlier);
    // Texts first: a corpus that cannot be had should not cost the download of a model.
    request.onNews({ type: "phase", phase: "reading texts" });
    const gathered = await gatherTexts(pinned, local, jobs);
    request.checkTexts?.(gathered.languages);
    clock.end("texts");
    request.onNews({ type: "phase", phase: "loading" });
    const asLoaded = await jobs.load(loadRequest(pinned, request.maxMemory));
    clock.end("load");
    const read = await controlledTexts(gathered.languages, config);
    const tokenized = await tokenizeTexts(read.languages, config, jobs, dealSeedOf(config));
    const texts = part === null ? null : textsOfPart(part, tokenized, config);
    clock.end("tokenise");
    const enough = { config, loaded: asLoaded, tokenized, maxMemory: request.maxMemory ?? null };
    const corpus = { corpus_revision: gathered.revision };
    const recorded = recordedPrecision(earlier, { ...corpus, ...asLoaded });
    if (asLoaded.dtype !== "float32" && recorded === null)
      request.onNews({ type: "phase", phase: `comparing ${asLoaded.dtype} with float32` });
    const precision = await checkedPrecision(enough, recorded, jobs);
    const loaded = { ...asLoaded, dtype: precision?.dtype ?? asLoaded.dtype };
    request.onNews({ type: "phase", phase: "checking the dictionaries" });
    const of = { model_revision: loaded.model.revision, texts_sha256: fingerprints(gathered) };
    const about = { config, loaded, of, languages: read.languages, tokenized };
    const kept = goesOn ? store?.readFidelity({ ...config, ...of }) : undefined;
    const refuses = request.selfCheck !== false;
    // A random dictionary rebuilds nothing, and is not there yet.
    const isRandom = config.control === "random-dictionary";
    const known = kept === undefined ? null : { fidelity: kept, misfits: [] };
    const checked = isRandom ? null : (known ?? (await checkedFidelity(about, jobs, { refuses })));

    await jobs.keepEncoders();
    clock.end("check");
    store ??= await RunStore.create(folder, config, site, part);
    // Damaged: what is asked for now takes its place. Sums that do not fit it are refused by their provenance.
    if (goesOn && begun === null) await store.writeConfig(config);
    const { onNews } = request;
    const common = { config, store, jobs, meter, clock, onNews, started, startedAt };
    const parts = { ...common, loaded, gathered, read, tokenized, checked, precision, cluster };
    await engine.logTo(store.path(RUN_FILES.engineLog));
    if (part === null || texts === null)
      return { folder, meta: await new OpenRun(parts).complete(goesOn) };
    await new OpenPart(parts, part, texts).completePart(goesOn);
    return { folder, meta: null };
  } catch (error) {
    await settle(store, error, request.signal);
    throw store?.hasCheckpoint() ? withWayOn(error) : error;
  } finally {
    if (request.engine === undefined) await engines.close();
    await store?.release();
  }
}

function refuseSite(
  site: ReturnType<typeof siteOf>,
  { config, resume, overwrite }: ComputeRequest,
): void {
  if (resume && overwrite)
    throw requestError("--resume and --overwrite exclude each other. Give one of them.");
  if (site === "free") return;
  if (site === "other") {
    throw requestError(
      `--out-dir ${config.out_dir} holds files that are not a run. Choose another folder; nothing was changed.`,
    );
  }
  if (!resume && !overwrite) {
    const found = siteWords(site, config.out_dir);
    const other = differences(config);
    throw requestError(
      other.length === 0
        ? `--out-dir ${config.out_dir} holds ${found}. Go on with --resume, start it anew with --overwrite, or choose another --out-dir.`
        : `--out-dir ${config.out_dir} holds ${found} whose ${other.join(", ")} differ${other.length === 1 ? "s" : ""}. Give this one an --out-dir of its own, or replace that run with --overwrite.`,
    );
  }
}

/** What tells a config from that of the run in its out-dir; nothing where that one cannot be read. */
function differences(config: RunConfig): string[] {
  try {
    return differingKeys(storedConfig(config.out_dir), config, ["out_dir", "split"]);
  } catch {
    return [];
  }
}

/** A run that goes on must be the run that was begun, wherever its folder is now. */
function refuseOtherConfig(begun: RunConfig, asked: RunConfig, folder: string): void {
  const [key] = differingKeys(begun, asked, ["out_dir"]);
  if (key === undefined) return;
  throw requestError(
    `--resume: ${folder} was begun with ${key} ${JSON.stringify(begun[key])}, asked for now is ${JSON.stringify(asked[key])}. Ask for the same, or start anew with --overwrite.`,
  );
}

/** A finished run is only finished for the texts that it was made from. */
function refuseOtherTexts(
  meta: Pick<Meta, "corpus" | "corpus_revision">,
  local: LocalCorpus | null,
  folder: string,
): void {
  if (local === null || local.revision === meta.corpus_revision) return;
  throw requestError(
    `--resume: ${folder} is finished, but ${meta.corpus} has changed since: it was ${meta.corpus_revision}, now it is ${local.revision}. Start anew with --overwrite, or in another --out-dir.`,
  );
}

/** One hash for each language's texts, as in `meta.json`. */
const fingerprints = ({ languages }: GatheredTexts): Record<string, string> =>
  Object.fromEntries(
    [...languages].map(([code, texts]) => [
      code,
      textsFingerprint(texts.map(({ id, text }) => ({ id, sha256: shortHash(text) }))),
    ]),
  );

/** A run goes on with the commits that it was begun with, wherever their branches point to now. */
function pinnedRevisions(config: RunConfig, earlier: readonly RunEvent[]): RunConfig {
  const begun = earlier.findLast((event) => event.type === "loaded");
  return begun === undefined ? config : pinnedTo(config, begun);
}

/** What the engine is asked to load for a run. */
export function loadRequest(config: RunConfig, maxMemory: number | null = null): LoadRequest {
  const release = folderOf(config.sae_release);
  return {
    model_id: config.model_id,
    model_path: folderOf(config.model_id),
    model_revision: config.model_revision,
    hook: config.hook,
    dictionaries: config.layers.map((layer) => {
      const sae_id = dictionaryId(config, layer);
      return {
        layer,
        release: config.sae_release,
        sae_id,
        path: release === null ? null : join(release, sae_id),
      };
    }),
    device: config.device,
    dtype: config.dtype,
    seed: config.seed,
    threads: config.threads,
    batch_tokens: config.batch_tokens,
    max_memory: maxMemory,
    deterministic: config.deterministic,
    offline: false,
  };
}

/** After a failure: note it where the run goes on later, or take the folder back where nothing of it was finished. */
async function settle(
  store: RunStore | undefined,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store === undefined) return;
  const cancelled = signal?.aborted === true;
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof VscoreError ? error.kind : (errnoOf(error) ?? "bug");
  // Where Python ended by itself, its log is needed; a run that was cancelled is to go on.
  const isExplained =
    error instanceof VscoreError && (error.kind !== "bug" || error.details.engineKind === "nan");
  try {
    if (!cancelled && isExplained && !store.hasCheckpoint()) await store.discard();
    else await store.append(cancelled ? { type: "cancelled" } : { type: "failed", kind, message });
  } catch {
    // The first failure is the one to report; a full disk often makes this one fail too.
  }
}
