import { editDistance } from "../config/languages.js";
import { PRESETS, type Preset } from "../config/presets.js";
import { withEngine } from "../engine/with-engine.js";
import { requestError } from "../errors.js";
import { findReleases } from "../registry/releases.js";
import { releaseDetails, releaseLines } from "../views/release-table.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

export interface ModelsOptions {
  /** A preset's name; with `releases`, words to look for. */
  name: string | undefined;
  releases: boolean;
  json: boolean;
}

/** `vscore models [NAME]`: the presets; with --releases, what the installed sae_lens knows. */
export async function models(
  { name, releases, json }: ModelsOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (releases) return listReleases(name ?? "", json, output, signal);
  const all: [string, Preset][] = Object.entries(PRESETS);
  const list = name === undefined ? all : all.filter(([each]) => each === name);
  if (list.length === 0) throw unknownPreset(name ?? "");
  if (json) {
    const models = list.map(([name, { fills, ...preset }]) => ({ name, ...preset, ...fills }));
    output.data(asJson({ schema_version: 1, models }));
    return;
  }
  output.result((name === undefined ? tableOf(list) : list.flatMap(detailsOf)).join("\n"));
}

function unknownPreset(name: string): Error {
  if (name === "custom")
    return requestError(
      "custom is no preset: it fills nothing in. Give --model-id, --sae-release, --sae-id-template (or --sae-ids), --languages and --layers. Releases of sae_lens are looked up with: npx vscore models --releases WORDS",
    );
  const near = Object.keys(PRESETS).filter((known) => editDistance(known, name) <= 3);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "All of them: npx vscore models.";
  return requestError(
    `There is no preset ${name}. ${hint} Releases of sae_lens are looked up with: npx vscore models --releases ${name}`,
  );
}

function tableOf(list: readonly [string, Preset][]): string[] {
  const columns = ["name", "model", "dictionaries", "layers", ""];
  const rows = list.map(([name, { fills, gated }]) => [
    name,
    fills.model_id,
    fills.sae_release,
    fills.layers.join(","),
    gated ? "gated" : "",
  ]);
  return [
    ...tableLines(
      columns.map((title) => ({ title })),
      rows,
    ),
    "",
    "custom  any other: --model-id, --sae-release, --sae-id-template, --languages and --layers say which",
    "gated: accept the terms on the model's page, then set HF_TOKEN. Details of one: npx vscore models NAME",
    "Every release that sae_lens knows: npx vscore models --releases [WORDS]",
  ];
}

const detailsOf = ([name, { about, fills }]: readonly [string, Preset]): string[] => [
  name,
  `  ${about}`,
  `  model         ${fills.model_id}`,
  `  dictionaries  ${fills.sae_release}, ${fills.sae_id_template}`,
  `  layers        ${fills.layers.join(",")}`,
  `  corpus        ${fills.corpus ?? "flores"}`,
  `  languages     ${fills.languages.join(",")}`,
];

async function listReleases(
  words: string,
  json: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const all = await withEngine(signal, (jobs) => jobs.releases());
  const found = findReleases(all, words);
  if (found.length === 0) {
    throw requestError(
      `No release has "${words}" in its name, model or repository. All ${all.length}: npx vscore models --releases`,
    );
  }
  const [only, ...others] = found;
  if (json) output.data(asJson({ schema_version: 1, releases: found }));
  else if (only !== undefined && others.length === 0)
    output.result(releaseDetails(only).join("\n"));
  else
    output.result(
      [
        ...releaseLines(found),
        "",
        `${found.length} of ${all.length} releases. The ids of one: npx vscore models --releases NAME`,
      ].join("\n"),
    );
}
