import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gatherEvidence } from "../../src/evidence.js";
import { EvidenceOnDisk } from "../../src/runs/evidence-shelf.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { RunStore } from "../../src/runs/store.js";
import { syntheticSums } from "../bench/synthetic-sums.js";
import { EvidenceInMemory, encodeEvidence } from "../fixtures/evidence.js";
import { configOf } from "../fixtures/runs.js";
import { scoresOf } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const ASKED = {
  ...{ languages: 3, texts: 6, layers: 2, features: 60, l0: 4, tokensPerText: 6, seed: 2 },
};
const LANGUAGES = [0, 1, 2].map((k) => syntheticSums(ASKED, k));

test.each([true, false])(
  "layer by layer on disk the same file is made as in memory; ids shared: %s",
  async (sharesIds) => {
    const { rankings } = scoresOf(LANGUAGES, [0, 1], { pool: "token" });
    const request = {
      layers: [0, 1],
      rankings,
      pool: "token",
      sharesIds,
      scoresSha256: "",
    } as const;
    const memory = new EvidenceInMemory();
    const facts = await gatherEvidence(LANGUAGES, request, memory);
    const store = await RunStore.create(at("run"), configOf());
    const disk = new EvidenceOnDisk(store);
    await disk.finish(await gatherEvidence(LANGUAGES, request, disk));
    disk.close();
    await store.release();
    const bytes = readFileSync(at("run", RUN_FILES.evidence));
    expect(bytes.equals(encodeEvidence({ facts, layers: memory.layers }))).toBe(true);
    expect(facts.tests).toBeGreaterThan(100);
    expect(readdirSync(at("run")).sort()).toEqual([RUN_FILES.config, RUN_FILES.evidence]);
  },
);
