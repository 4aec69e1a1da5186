import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findParts } from "../../src/merge/found-parts.js";
import { type FinishedPart, type PartSet, partSet } from "../../src/merge/part-set.js";
import { fidelityOf, languageOf, strongestOf } from "../../src/merge/stored-parts.js";
import { fidelityText } from "../../src/runs/fidelity-file.js";
import { RunStore } from "../../src/runs/store.js";
import { failureOf } from "../fixtures/failure.js";
import { fidelityOf as rebuilding } from "../fixtures/fidelities.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { configOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const WAY =
  /is missing or damaged\. Expected it as the part wrote it\. Restore it, or compute the part anew: npx vscore compute --config \S+ --out-dir \S+ --shard 1\/2 --overwrite$/;

/** Two parts, the first with a text of English, the second with the other. */
async function parts(): Promise<PartSet> {
  const facts = factsOf({ languages: ["eng_Latn"] });
  for (const part of [1, 2]) {
    const folder = writePart(at("run"), { part, of: 2 }, facts);
    const store = await RunStore.resume(folder);
    await store.writePartSums({
      ...{ language: "eng_Latn", provenance: facts.provenance.eng_Latn ?? {} },
      texts: ["a", "b"].map((id) => ({ id, sha256: id })),
      ...{ tokens: Uint32Array.of(3, 4), own: Uint32Array.of(part - 1) },
      ...{ counted: Uint32Array.of(part), layers: new Map() },
    });
    await store.release();
  }
  return partSet(findParts([at("run")]));
}

describe("what parts have of a language", () => {
  test("is put together from those that have texts of it", async () => {
    const { texts, counted } = languageOf(await parts(), "eng_Latn");
    expect(texts.map(({ id }) => id)).toEqual(["a", "b"]);
    expect([...counted]).toEqual([1, 2]);
  });

  test("is nothing where none has", async () => {
    const set = await parts();
    expect(failureOf(() => languageOf(set, "spa_Latn")).message).toMatch(
      /^No part has a text of spa_Latn\. .*compute them anew/,
    );
  });

  test("is refused where the sums are damaged, or made otherwise than the part says", async () => {
    const set = await parts();
    const provenance = { eng_Latn: { model: "another" } };
    const [first, second] = set as unknown as [FinishedPart, FinishedPart];
    const told: FinishedPart = { ...first, finished: { ...first.finished, provenance } };
    expect(failureOf(() => languageOf([told, second], "eng_Latn")).message).toMatch(WAY);
    writeFileSync(at("run.part-1-of-2", "sums", "eng_Latn.safetensors"), "cut");
    expect(failureOf(() => languageOf(set, "eng_Latn")).message).toMatch(WAY);
  });
});

test("what examples need is refused where it is not there, with the way that does without", async () => {
  const set = await parts();
  const { provenance } = set[0].finished;
  const of = { language: "eng_Latn", provenance: provenance.eng_Latn ?? {} };
  const { message } = failureOf(() => strongestOf(set, of));
  expect(message).toMatch(/strongest\/eng_Latn\.safetensors is missing or damaged/);
  expect(message).toMatch(/--overwrite, or merge without examples: --no-examples$/);
});

describe("how well dictionaries rebuild", () => {
  test("is what the part measured, byte for byte", async () => {
    const [part] = await parts();
    const text = fidelityText(rebuilding(["eng_Latn"], [1]));
    writeFileSync(at("run.part-1-of-2", "fidelity.json"), text);
    const read = fidelityOf(part, configOf());
    expect(read === null ? null : fidelityText(read)).toBe(text);
  });

  test("has to be there, except of random ones", async () => {
    const [part] = await parts();
    expect(failureOf(() => fidelityOf(part, configOf())).message).toMatch(WAY);
    expect(fidelityOf(part, configOf({ control: "random-dictionary" }))).toBeNull();
  });
});
