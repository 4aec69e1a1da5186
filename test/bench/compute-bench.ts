import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/config/paths.js";
import { readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { decodeSafetensors, takeTensor } from "../../src/engine/safetensors.js";

const PYTHON = process.env.VSCORE_PYTHON || join(projectRoot, ".venv", "bin", "python");
const SCRIPTS = join(projectRoot, "test", "bench", "py");

/** A random model in the shape of Gemma 2. */
export interface Model {
  layers: number;
  width: number;
  /** Of which texts use what the demo's tokenizer knows. */
  vocabulary: number;
  features: number;
  /** Features that fire on a token, on average. */
  l0: number;
  /** Layers that have a dictionary. */
  read: readonly number[];
}

/** A model, and the texts that it reads. */
export interface Size extends Model {
  corpus: "udhr" | "manuals";
  languages: readonly string[];
  /** Of each language. */
  texts: number;
}

/** Options that say what model is measured: as they stand a small one, with dictionaries of a common width. */
export const MODEL_DEFAULTS = {
  ...{ layers: "12", width: "512", vocabulary: "4096", features: "16384", l0: "75" },
} as const;
const READ = [1, 3, 5, 7, 9, 11];

/** That model. @param read layers with a dictionary, between commas */
export const modelOf = (
  number: (name: keyof typeof MODEL_DEFAULTS) => number,
  read: string | undefined,
): Model => ({
  ...{ layers: number("layers"), width: number("width"), vocabulary: number("vocabulary") },
  ...{ features: number("features"), l0: number("l0") },
  read: read?.split(",").map(Number) ?? READ,
});

/** Of the embedded Universal Declaration of Human Rights. */
export const LANGUAGES: readonly string[] = [
  ...["eng_Latn", "spa_Latn", "fra_Latn", "jpn_Jpan", "kor_Hang"],
  ...["por_Latn", "tha_Thai", "vie_Latn", "cmn_Hans", "arb_Arab"],
];

export interface Bench {
  folder: string;
  textsFile: string;
  size: Size;
}

export type Loop = "seed" | "floor" | "statistics";

/** What a run took: in seconds by part, of them those that grow with the texts, and at most so many bytes at once. */
export interface Measured {
  seconds: Record<string, number>;
  steady: number;
  whole: number;
  tokens: number;
  peak: Record<string, number>;
}

/** The model and dictionaries, made once, and the texts of this size. */
export function prepare(place: string, size: Size): Bench {
  const { layers, width, vocabulary, features, l0, read } = size;
  const model = { layers, width, vocabulary, features, l0, read };
  const name = createHash("sha256").update(JSON.stringify(model)).digest("hex").slice(0, 12);
  const folder = join(place, name);
  mkdirSync(place, { recursive: true });
  const textsFile = writeTexts(place, size);
  if (!existsSync(folder)) {
    const made = `${folder}.unfinished`;
    rmSync(made, { recursive: true, force: true });
    const options = Object.entries({ ...model, read: read.join(",") });
    execFileSync(
      PYTHON,
      [
        ...[join(SCRIPTS, "stand_in.py"), made, "--texts", textsFile],
        ...options.flatMap(([key, value]) => [`--${key}`, String(value)]),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    renameSync(made, folder);
  }
  return { folder, textsFile, size };
}

/** The first texts of each language, as a file of the corpus `jsonl:`. */
function writeTexts(place: string, { corpus, languages, texts }: Size): string {
  const whole = readLocalCorpus(corpus, "dev", true).languages;
  const rows = languages.flatMap((language) => {
    const own = (whole.get(language) ?? []).slice(0, texts);
    if (own.length < texts)
      throw new Error(`found ${own.length} texts of ${language} in ${corpus}, expected ${texts}`);
    return own.map(({ id, text }) => JSON.stringify({ id, language, text }));
  });
  const file = join(place, `${corpus}-${languages.length}x${texts}.jsonl`);
  writeFileSync(file, `${rows.join("\n")}\n`);
  return file;
}

/** Runs one of the loops in plain PyTorch; its means are in the file `out`. */
export async function runLoop(loop: Loop, { folder, textsFile, size }: Bench, out: string) {
  const began = performance.now();
  const { stdout } = await watched(PYTHON, [
    ...[join(SCRIPTS, "pytorch_loops.py"), loop, folder, "--texts", textsFile],
    ...["--read", size.read.join(","), "--out", out],
  ]);
  const { steady, tokens, peak_bytes, ...seconds } = JSON.parse(stdout) as Record<string, number>;
  const whole = (performance.now() - began) / 1000;
  return { seconds, steady, tokens, whole, peak: { python: peak_bytes } } as Measured;
}

/** Runs `vscore compute`; the run is in the folder `out`. @param more options */
export async function runVscore(
  { folder, textsFile, size }: Bench,
  out: string,
  more: readonly string[] = [],
) {
  const began = performance.now();
  const { peak } = await watched(process.execPath, [
    ...["--no-warnings", join(projectRoot, "dist", "vscore.cjs"), "compute", "--model", "custom"],
    ...["--model-id", join(folder, "model"), "--sae-release", join(folder, "dictionaries")],
    ...["--sae-id-template", "layer_{layer}", "--layers", size.read.join(",")],
    ...["--languages", size.languages.join(","), "--corpus", `jsonl:${textsFile}`],
    ...["--n-texts-per-lang", "-1", "--out-dir", out, "--overwrite"],
    // Random directions rebuild nothing.
    "--no-self-check",
    ...more,
  ]);
  const whole = (performance.now() - began) / 1000;
  const meta = JSON.parse(readFileSync(join(out, "meta.json"), "utf8")) as {
    seconds: Record<string, number>;
    tokens: Record<string, number>;
  };
  const { extract = 0, write = 0 } = meta.seconds;
  const tokens = Object.values(meta.tokens).reduce((sum, n) => sum + n, 0);
  return { seconds: meta.seconds, steady: extract + write, tokens, whole, peak } as Measured;
}

/** The largest |Δμ| / max(1, |μ|) between the means of a loop and those of a run. */
export function largestDifference(means: string, run: string, { read, languages }: Size): number {
  const loop = decodeSafetensors(readFileSync(means));
  const stored = decodeSafetensors(readFileSync(join(run, "feature_stats.safetensors")));
  let most = 0;
  for (const layer of read) {
    const a = takeTensor(loop, `mean.${layer}`, "F32");
    const b = takeTensor(stored, `layer.${layer}.mean`, "F32");
    if (a.length !== b.length || a.length % languages.length !== 0)
      throw new Error(`layer ${layer} has ${a.length} means here and ${b.length} there`);
    a.forEach((mean, at) => {
      const other = b[at] as number;
      most = Math.max(most, Math.abs(mean - other) / Math.max(1, Math.abs(other)));
    });
  }
  return most;
}

/** Runs a program to its end; on Linux, with the peak memory of it ("node") and of a Python that it starts. */
async function watched(program: string, args: readonly string[]) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const peak: Record<string, number> = {};
  const look = setInterval(() => {
    const pid = child.pid as number;
    for (const each of [pid, ...childrenOf(pid)]) {
      const bytes = peakOf(each);
      const name = each === pid ? "node" : "python";
      if (bytes !== null) peak[name] = Math.max(peak[name] ?? 0, bytes);
    }
  }, 50);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return { stdout, peak };
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function peakOf(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
