import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { vscore } from "../fixtures/command.js";
import { runPython } from "../fixtures/python.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const demo = join(projectRoot, "v_score_runs", "demo");

/** Reads an export as scripts do that know the languages by a constant list, and holds it against the run's own scores. */
const READ_BACK = `
import json, sys, torch
from pathlib import Path
features, index, run = map(Path, sys.argv[1:])
TARGET_LANGUAGES = ["en", "es", "fr", "ja", "ko", "pt", "th", "vi", "zh", "ar"]
FLORES = dict(zip(TARGET_LANGUAGES, "eng_Latn spa_Latn fra_Latn jpn_Jpan kor_Hang por_Latn tha_Thai vie_Latn cmn_Hans arb_Arab".split()))
metadata = json.loads((features / "metadata.json").read_text())
assert metadata["languages"] == TARGET_LANGUAGES
rows = json.loads((run / "meta.json").read_text())["languages"]
scores = torch.load(run / "v_scores.pt", weights_only=True)["layers"]
assert metadata["layers"] == sorted(map(int, scores))
for layer in metadata["layers"]:
    indices = torch.load(features / f"layer_{layer}_indices.pt", weights_only=True)
    values = torch.load(features / f"layer_{layer}_values.pt", weights_only=True)
    paper = torch.load(index / f"layer_{layer}" / "top_index_per_lan_magnitude.pth", weights_only=True)
    readable = json.loads((features / f"layer_{layer}_readable.json").read_text())
    assert (indices.dtype, values.dtype, paper.dtype) == (torch.int64, torch.float32, torch.int64)
    assert indices.shape == values.shape == (10, metadata["d_sae"])
    assert torch.equal(paper, indices)
    assert list(readable) == TARGET_LANGUAGES
    for k, language in enumerate(TARGET_LANGUAGES):
        row = rows.index(FLORES[language])
        own = scores[str(layer)]
        assert torch.equal(indices[k], own["top_index_per_lan"][row])
        assert torch.equal(values[k], own["top_values_per_lan"][row])
        assert [entry["rank"] for entry in readable[language]] == list(range(1, 21))
        for entry in readable[language]:
            at = entry["rank"] - 1
            assert entry["feature_idx"] == indices[k, at].item()
            for key in ("v_score", "nu_score"):
                assert abs(entry[key] - values[k, at].item()) <= 5e-7 + 1e-9
print(len(metadata["layers"]))
`;

it("the demo's rankings as sae_features/ and as the paper's index: read back by their rules, they are those of v_scores.pt", async () => {
  cpSync(demo, at("demo"), { recursive: true });
  const exported = await vscore("export", "sae-features", at("demo"));
  expect(exported).toMatchObject({ exitCode: 0, stderr: "" });
  expect(exported.stdout).toContain("sae_features: layers 1, 2, 3");
  await vscore("export", "paper-index", at("demo"), "--output", at("index"));
  const folder = at("demo", "exports", "sae_features");
  expect(await runPython(READ_BACK, [folder, at("index"), at("demo")])).toBe("3");

  // Again into another folder: the same bytes, whatever the temporary names were.
  const again = await vscore("export", "sae-features", at("demo"), "--output", at("again"));
  expect(again.exitCode).toBe(0);
  for (const name of readdirSync(folder))
    expect(readFileSync(at("again", name)).equals(readFileSync(join(folder, name))), name).toBe(
      true,
    );
});

it("a run whose languages come in another order is exported by language, not by row", async () => {
  const languages =
    "arb_Arab,cmn_Hans,vie_Latn,tha_Thai,por_Latn,kor_Hang,jpn_Jpan,fra_Latn,spa_Latn,eng_Latn";
  const turned = await vscore("rescore", demo, "--languages", languages, "--out-dir", at("turned"));
  expect(turned.exitCode).toBe(0);
  await vscore("export", "sae-features", at("turned"), "--output", at("features"));
  await vscore("export", "paper-index", at("turned"), "--output", at("index"));
  expect(await runPython(READ_BACK, [at("features"), at("index"), at("turned")])).toBe("3");
});

it("refused with nothing written: other languages, and folders that are in use", async () => {
  const fewer = "eng_Latn,fra_Latn";
  await vscore("rescore", demo, "--languages", fewer, "--out-dir", at("two"));
  for (const format of ["sae-features", "paper-index"]) {
    const { exitCode, stderr } = await vscore("export", format, at("two"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("lacks spa_Latn, jpn_Jpan");
  }
  expect(existsSync(at("two", "exports"))).toBe(false);
  mkdirSync(at("used"));
  writeFileSync(at("used", "notes.txt"), "");
  const used = await vscore("export", "sae-features", demo, "--output", at("used"));
  expect(used).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is not empty") });
  const inRun = await vscore("export", "paper-index", demo, "--output", join(demo, "sums", "new"));
  expect(inRun).toMatchObject({ exitCode: 2 });
  expect(existsSync(join(demo, "sums", "new"))).toBe(false);
});

/** What the steering repository does with such a CSV: the best features of a language at a layer. */
const READ_CSV = `
import hashlib, json, sys
from pathlib import Path
import pandas as pd
path, beside = map(Path, sys.argv[1:])
frame = pd.read_csv(path)
told = json.loads(beside.read_text())
assert told["csv"] == path.name and told["csv_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
assert [each["layer"] for each in told["dictionaries"]] == sorted(set(frame["layer"]))
for each in told["dictionaries"]:
    rows = frame[(frame["layer"] == each["layer"]) & (frame["language_code"] == "ar")].sort_values("rank")
    assert len(rows) == told["top_k"] and rows["feature_index"].between(0, each["d_sae"] - 1).all()
print(*(each["sae_id"] for each in told["dictionaries"]))
`;

it("top features of some layers go with the names of their dictionaries; a small model brings no word on the default window", async () => {
  const file = at("y.csv");
  const csv = await vscore("export", "csv", demo, "--layers", "2,1", "--output", file);
  const beside = at("y.dictionaries.json");
  expect(csv).toMatchObject({ exitCode: 0, stdout: `Wrote ${file}\nWrote ${beside}` });
  expect(csv.stderr).toBe(
    `In another dictionary the same numbers are other features: load exactly those that ${beside} names.`,
  );
  expect(await runPython(READ_CSV, [file, beside])).toBe("layer_1 layer_2");

  const stray = await vscore("export", "csv", demo, "--layers", "1-4", "--output", at("z.csv"));
  expect(stray).toMatchObject({ exitCode: 2 });
  expect(stray.stderr).toContain("found 4, the run demo has the layers 1, 2, 3");
  expect(readdirSync(at()).sort()).toEqual(["y.csv", "y.dictionaries.json"]);
});
