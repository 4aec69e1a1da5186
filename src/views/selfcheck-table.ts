import type { Loaded } from "../engine/engine-jobs.js";
import type { LikelyHook } from "../fidelity/likely-hook.js";
import { CAUSES, type LayerCheck, type MachineCheck } from "../selfcheck/verdict.js";
import { tableLines } from "./table.js";

/** What was checked and on what: model, device, precision, memory, speed. */
export function machineLines(
  asked: { model_id: string; device: string; dtype: string },
  loaded: Loaded,
  sums: MachineCheck,
  seconds: number,
): string[] {
  const { model, device, device_name, dtype, threads } = loaded;
  const versions = ["torch", "transformers", "sae_lens"].map(
    (name) => `${name} ${loaded.versions[name] ?? "?"}`,
  );
  return [
    `model    ${asked.model_id}@${model.revision?.slice(0, 19) ?? "?"}, ${model.class}, ${model.n_layers} layers, width ${model.d_model}`,
    `device   ${asked.device} → ${device} (${device_name}${threads === null ? "" : `, ${threads} threads`})`,
    `dtype    ${asked.dtype} → ${dtype} for the model, float32 for the dictionaries${sums.tf32 ? ", TF32 on" : ""}`,
    `memory   ${(sums.memory_bytes / 2 ** 30).toFixed(2)} GiB at most ${device.startsWith("cuda") ? "on the device" : "of the process"}`,
    `speed    loaded in ${seconds.toFixed(1)} s, ${Math.round(sums.tokens_per_s)} tokens/s in a warm batch`,
    `with     Python ${loaded.versions.python ?? "?"}, ${versions.join(", ")}`,
  ];
}

/** The layers' figures, and below them what is wrong. */
export function checkLines(
  checks: readonly LayerCheck[],
  loaded: Loaded,
  likely: ReadonlyMap<number, LikelyHook> = new Map(),
): string[] {
  const columns = [
    { title: "layer", align: "right" },
    { title: "reads" },
    { title: "features", align: "right" },
    { title: "FVU eng", align: "right" },
    { title: "worst FVU", align: "right" },
    { title: "L0 eng", align: "right" },
    { title: "stated", align: "right" },
    { title: "batch ≠ alone", align: "right" },
    { title: "" },
  ] as const;
  const rows = checks.map((check) => {
    const dictionary = loaded.dictionaries.find(({ layer }) => layer === check.layer);
    return [
      String(check.layer),
      dictionary?.hook_module ?? "?",
      String(dictionary?.d_sae ?? "?"),
      check.fvu?.toFixed(3) ?? "?",
      check.worst === null ? "" : `${check.worst.fvu.toFixed(3)} ${check.worst.language}`,
      check.l0?.toFixed(1) ?? "?",
      check.stated_l0 === null ? "–" : String(check.stated_l0),
      check.max_difference?.toExponential(0) ?? "?",
      check.verdict,
    ];
  });
  return [
    ...tableLines(columns, rows),
    "",
    "FVU: fraction of variance unexplained. L0: active features per token. stated: by the release, over its own texts.",
    ...checks.flatMap(({ layer, verdict, reasons }) =>
      reasons.map(
        (reason) => `${verdict === "failed" ? "failed" : "warning"}: layer ${layer}: ${reason}.`,
      ),
    ),
    ...[...likely].map(
      ([layer, { module, name, fvu }]) =>
        `layer ${layer}: of the tensors of its width it fits ${module} (${name}), FVU ${fvu.toFixed(2)}: likely it was trained there.`,
    ),
    ...(checks.some(({ verdict }) => verdict === "failed") ? [`${CAUSES}.`] : []),
  ];
}
