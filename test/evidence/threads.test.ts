import { writeFileSync } from "node:fs";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { inThisThread, type Layer, type Pieces } from "../../src/evidence/layer-work.js";
import { EvidenceThreads, threadCount } from "../../src/evidence/threads.js";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import { evidenceWorker } from "../fixtures/evidence-worker.js";
import { feature, plantedLayer } from "../fixtures/planted-layer.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const within = useSharedTempFolder();
let file: string;
beforeAll(async () => {
  file = await evidenceWorker(within());
});

function threads(count: number, signal?: AbortSignal, code = file): EvidenceThreads {
  const made = new EvidenceThreads(count, signal, code);
  onTestFinished(() => made.close());
  return made;
}

const planted = plantedLayer(
  [0.5, 0.2, 0.9].map((firing) => feature(3, firing, 1)),
  { units: 10, seed: 3 },
);
const columns = featureColumns(planted.languages, "token");
const units = textUnits(columns, planted.ids);
const layer: Layer = {
  ...{ columns, units },
  resamples: unitResamples(columns, units, { seed: 0, resamples: 50 }),
  labels: labelPermutations(columns, units, { seed: 0, permutations: 50 }),
};
const PIECES: Pieces = {
  halves: [],
  curve: [{ topK: 2, draws: 1, seed: 0 }],
  intervals: [0, 1, 2].map((language) => ({
    candidates: [{ language, feature: 2 }],
    margins: [true],
  })),
  effects: [0, 1, 2].map((from) => ({ from, to: from + 1 })),
};

test("threads give what this thread does, layer after layer", async () => {
  const runner = threads(3);
  const prepared = runner.prepare(layer);
  const expected = await inThisThread.run(layer, PIECES);
  expect(await runner.run(prepared, PIECES)).toEqual(expected);
  expect(await runner.run(prepared, PIECES)).toEqual(expected);
  const none: Pieces = { halves: [], curve: [], intervals: [], effects: [] };
  expect(await runner.run(prepared, none)).toEqual(none);
});

test("an error in a thread is the error of the work", async () => {
  const asked = { ...PIECES, effects: [{ from: 0, to: 4 }] };
  const here = await inThisThread.run(layer, asked).catch((error: unknown) => error);
  const there = await threads(2)
    .run(layer, asked)
    .catch((error: unknown) => error);
  expect(here).toMatchObject({ message: "found features 0 to 4, expected them within 3" });
  expect(there).toBeInstanceOf(Error);
  expect(there).toMatchObject({ message: (here as Error).message });
});

test("the signal ends what is under way, and what would come after it", async () => {
  const cancelled = new AbortController();
  const runner = threads(1, cancelled.signal);
  const running = runner.run(layer, PIECES);
  cancelled.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await expect(runner.run(layer, PIECES)).rejects.toThrow("enough");
  await expect(threads(1, cancelled.signal).run(layer, PIECES)).rejects.toThrow("enough");
});

test("a thread that ends by itself is not waited for", async () => {
  const code = within("ends.mjs");
  writeFileSync(
    code,
    'import { parentPort } from "node:worker_threads";\nparentPort.on("message", () => process.exit(7));\n',
  );
  await expect(threads(1, undefined, code).run(layer, PIECES)).rejects.toThrow(
    "a thread that gathers evidence ended (exit code 7)",
  );
});

test("there are no more threads than a run may take, and one at least", () => {
  expect(threadCount(1)).toBe(1);
  expect(threadCount(null)).toBeGreaterThanOrEqual(1);
  expect(threadCount(1000)).toBe(threadCount(null));
});
