import type { EngineFacts } from "./engine-facts.js";

export interface Check {
  name: string;
  verdict: "ok" | "warning" | "failed";
  found: string;
  /** What to do about it. */
  advice: string | null;
}

/** What this process knows of the machine without Python. */
export interface MachineFacts {
  node: string;
  memory_bytes: number;
  /** Free bytes where runs go and where the temporary files go; null where it cannot be told. */
  runs: { folder: string; free_bytes: number | null; writable: boolean };
  temporary: { folder: string; free_bytes: number | null; writable: boolean };
}

const ok = (name: string, found: string): Check => ({ name, verdict: "ok", found, advice: null });
const warning = (name: string, found: string, advice: string): Check => ({
  ...{ name, verdict: "warning", found, advice },
});
const failed = (name: string, found: string, advice: string): Check => ({
  ...{ name, verdict: "failed", found, advice },
});

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const OLDEST_NODE = 22;
/** A run over ten languages takes some hundred megabytes; less than this is soon full. */
const RUN_DISK = 2 * 2 ** 30;
const MODEL_DISK = 10 * 2 ** 30;

function placeCheck(
  name: string,
  { folder, free_bytes, writable }: MachineFacts["runs"],
  limits: { enough: number; whereFull: string; whereReadOnly: string },
): Check {
  if (!writable) return failed(name, `${folder} is not writable`, limits.whereReadOnly);
  if (free_bytes === null) return ok(name, folder);
  const found = `${folder}, ${gigabytes(free_bytes)} free`;
  return free_bytes < limits.enough ? warning(name, found, limits.whereFull) : ok(name, found);
}

export function machineChecks({ node, memory_bytes, runs, temporary }: MachineFacts): Check[] {
  const limits = {
    enough: RUN_DISK,
    whereFull: "Free some space before a run.",
    whereReadOnly: "Work in another folder, or change its permissions.",
  };
  return [
    Number(node.split(".")[0]) >= OLDEST_NODE
      ? ok("Node", node)
      : failed("Node", node, `Node ${OLDEST_NODE} or newer is needed. Run: npm run setup`),
    ok("memory", gigabytes(memory_bytes)),
    placeCheck("runs", runs, limits),
    placeCheck("temporary files", temporary, limits),
  ];
}

/** @param tested package → version that vscore was tested with */
export function packageChecks(
  { python, packages, imports }: EngineFacts,
  tested: ReadonlyMap<string, string>,
): Check[] {
  const checks = Object.entries(packages).map(([name, version]): Check => {
    const wanted = tested.get(name);
    if (version === null)
      return failed(
        name,
        "missing",
        "Run: npm run setup (with VSCORE_PYTHON set: pip install -r py/requirements.txt there).",
      );
    const broken = imports[name.replaceAll("-", "_")];
    if (broken)
      return failed(
        name,
        `${version}, but it cannot be imported: ${broken}`,
        "Install it again, in the version of py/requirements.txt.",
      );
    // "+cpu" and the like tell the build, not the version.
    if (wanted === undefined || version.split("+")[0] === wanted) return ok(name, version);
    return isOlder(version, wanted)
      ? failed(
          name,
          `${version}, tested with ${wanted}`,
          `Older ones are not supported: pip install ${name}==${wanted}`,
        )
      : warning(
          name,
          `${version}, tested with ${wanted}`,
          "Newer ones mostly work; npx vscore selfcheck tells.",
        );
  });
  return [ok("Python", python), ...checks];
}

/** Ray is for `--engine ray` alone. @param tested as of `packageChecks` */
export function rayCheck({ ray }: EngineFacts, tested: ReadonlyMap<string, string>): Check {
  const wanted = tested.get("ray");
  if (ray === null)
    return ok("ray", "not there; for --engine ray alone (pip install -r py/requirements-ray.txt)");
  // A cluster's own version is the one to have, so another than the tested one is no fault.
  return ok("ray", ray === wanted ? ray : `${ray}, tested with ${wanted}`);
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.+]/).map(Number));
  const at = a?.findIndex((part, place) => part !== b?.[place]) ?? -1;
  return at >= 0 && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}

export function deviceChecks({ devices, cuda_build, imports }: EngineFacts): Check[] {
  if (imports.torch) return [];
  if (devices.length === 0) {
    return cuda_build === null
      ? [ok("device", "cpu alone: torch is built without CUDA")]
      : [
          warning(
            "device",
            `cpu alone: torch is built for CUDA ${cuda_build}, but finds no card`,
            "Check the driver (nvidia-smi), CUDA_VISIBLE_DEVICES, and that this is a GPU node.",
          ),
        ];
  }
  return devices.map(({ device, name, free_bytes, total_bytes, capability, bfloat16 }) => {
    const memory =
      free_bytes === null || total_bytes === null
        ? ""
        : `, ${gigabytes(free_bytes)} of ${gigabytes(total_bytes)} free`;
    const found = `${name}${memory}${capability === null ? "" : `, compute capability ${capability}`}`;
    return bfloat16
      ? ok(device, found)
      : warning(device, `${found}, no bfloat16`, "Compute with --dtype float32 there.");
  });
}

export function hubChecks({ hub, presets }: EngineFacts): Check[] {
  if (hub === null) return [];
  const cache = placeCheck(
    "Hub cache",
    { folder: hub.cache, free_bytes: hub.free_bytes, writable: hub.writable },
    {
      enough: MODEL_DISK,
      whereFull:
        "A model of 2 B parameters with its dictionaries takes about 10 GB. Free some, or set HF_HOME to a larger disk.",
      whereReadOnly: "Set HF_HOME to a folder that is.",
    },
  );
  const token =
    hub.token === null
      ? warning(
          "Hub token",
          "none",
          "FLORES+, Gemma and Llama are gated: accept their terms, then set HF_TOKEN (or run: hf auth login).",
        )
      : ok("Hub token", `from ${hub.token} (there; whether the Hub knows it was not asked)`);
  const mode = [
    hub.offline
      ? "offline: the cache alone is used"
      : "may be asked (it was not now; npx vscore prefetch tries it)",
    ...(hub.own_endpoint ? ["HF_ENDPOINT is set"] : []),
  ].join("; ");
  return [cache, token, ok("Hub", mode), ...cachedChecks(presets)];
}

function cachedChecks(presets: EngineFacts["presets"]): Check[] {
  const isThere = ({ model, dictionaries }: (typeof presets)[number]) =>
    model[0] + dictionaries[0] > 0;
  const absent = presets.filter((preset) => !isThere(preset)).map(({ name }) => name);
  return [
    ...presets.filter(isThere).map(cachedCheck),
    ...(absent.length === 0
      ? []
      : [ok("not cached", `${absent.length} of ${presets.length} presets`)]),
  ];
}

function cachedCheck({
  name,
  model,
  dictionaries,
  languages,
}: EngineFacts["presets"][number]): Check {
  const of = ([found, needed]: [number, number], what: string) => `${found}/${needed} ${what}`;
  const isWhole = [model, dictionaries, languages].every(([found, needed]) => found === needed);
  const parts = [
    model[0] === 1 ? "model" : "no model",
    of(dictionaries, "dictionaries"),
    of(languages, "languages"),
  ];
  return ok(`cached: ${name}`, isWhole ? "everything that it needs by default" : parts.join(", "));
}

/** Versions that vscore was tested with, from the text of `py/requirements.txt`. */
export function testedVersions(requirements: string): Map<string, string> {
  return new Map(
    [...requirements.matchAll(/^([\w-]+)==([\w.]+)/gm)].map(([, name, version]) => [
      name as string,
      version as string,
    ]),
  );
}
