import { describe, expect, test } from "vitest";
import { EngineJobs } from "../../src/engine/engine-jobs.js";
import { type EngineProgress, type Frame, parseFrame } from "../../src/engine/frames.js";
import type { PythonEngine } from "../../src/engine/python-engine.js";
import { decodeSafetensors, type Tensor, tensor } from "../../src/engine/safetensors.js";
import { encodeSafetensors } from "../../src/engine/write-safetensors.js";
import { GROUPING } from "../fixtures/clusterings.js";
import { frameOf, jsonTensor } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";

const result = (name: string, value: unknown, more: [string, Tensor][] = []): Frame =>
  parseFrame(
    decodeSafetensors(
      encodeSafetensors(new Map([["json", jsonTensor(value)], ...more]), {
        kind: "result",
        job: "1",
        name,
      }),
    ),
  );

/** An engine that answers any job with these frames. */
function answering(...frames: Frame[]) {
  const asked: { job: string; request: object; signal: unknown }[] = [];
  const progress: EngineProgress[] = [];
  const engine = {
    async *run(job: string, request: object, signal: unknown) {
      asked.push({ job, request, signal });
      yield* frames;
    },
  };
  const { signal } = new AbortController();
  const jobs = new EngineJobs(engine as unknown as PythonEngine, signal, (each) =>
    progress.push(each),
  );
  return { jobs, asked, progress, signal };
}

const PROGRESS = { phase: "model", done: 1, total: 2, device_memory_bytes: null };

describe("load", () => {
  const request = {} as Parameters<EngineJobs["load"]>[0];

  test("gives what was loaded; progress on the way is told apart", async () => {
    const { jobs, progress, asked, signal } = answering(
      { kind: "progress", job: 1, progress: PROGRESS },
      result("loaded", loadedOf()),
    );
    expect(await jobs.load(request)).toEqual(loadedOf());
    expect(progress).toEqual([PROGRESS]);
    expect(asked).toEqual([{ job: "load", request: {}, signal }]);
  });

  test("an answer with an unknown key, or none at all, is refused", async () => {
    const { jobs } = answering(result("loaded", { ...loadedOf(), more: 1 }));
    await expect(jobs.load(request)).rejects.toThrow(/more/);
    await expect(answering(result("other", {})).jobs.load(request)).rejects.toThrow(
      'job load ended without its result "loaded"',
    );
  });
});

describe("workers on a cluster", () => {
  const asked = {
    ...{
      address: "auto",
      workers: 2,
      gpus_per_worker: null,
      threads: 1,
      device: "cpu",
      stall_s: 900,
    },
  };
  const found = { ray: "2.60.0", workers: 2, nodes: 1, gpus_per_worker: 0, threads: 1 };

  test("are waited for", async () => {
    const { jobs, asked: requests } = answering(result("cluster", found));
    expect(await jobs.gatherWorkers(asked)).toEqual(found);
    expect(requests).toMatchObject([{ job: "use_ray", request: asked }]);
  });

  test("that are lost or come are told of in any job, and are none of its results", async () => {
    const lost = { worker: "worker 1", reason: "killed", doing: "" };
    const engine = {
      async *run() {
        yield result("worker_lost", lost);
        yield result("worker_joined", { worker: "worker 2" });
        yield result("loaded", loadedOf());
      },
    };
    const news: object[] = [];
    const jobs = new EngineJobs(
      engine as unknown as PythonEngine,
      undefined,
      () => undefined,
      (each) => news.push(each),
    );
    const names = [];
    for await (const frame of jobs.frames("load", {})) if ("name" in frame) names.push(frame.name);
    expect(names).toEqual(["loaded"]);
    expect(news).toEqual([
      { type: "worker_lost", ...lost },
      { type: "worker_joined", worker: "worker 2" },
    ]);
  });
});

describe("tokenize", () => {
  const tokenized = (n: number) =>
    result("tokenized", { truncated: [1] }, [
      ["tokens", tensor("U32", [n], new Uint32Array(n))],
      ["text_tokens", tensor("U32", [n], new Uint32Array(n))],
      ["special_first", tensor("U8", [n], new Uint8Array(n))],
    ]);

  test("gives each text's length, and which were cut", async () => {
    const { jobs, asked } = answering(tokenized(2));
    expect(await jobs.tokenize("eng_Latn", ["a", "b"])).toEqual({
      tokens: Uint32Array.of(0, 0),
      plain: Uint32Array.of(0, 0),
      specialFirst: Uint8Array.of(0, 0),
      truncated: [1],
    });
    expect(asked[0]?.request).toEqual({
      ...{ language: "eng_Latn", texts: ["a", "b"], deal_seed: null },
    });
  });

  test("lengths that are not one for each text are refused", async () => {
    await expect(answering(tokenized(3)).jobs.tokenize("eng_Latn", ["a", "b"])).rejects.toThrow(
      "tokens is U32[3], expected U32[2]",
    );
  });
});

test("flores gives the texts of each language that comes", async () => {
  const file = { revision: "abc", texts: [{ id: "1", text: "hola" }], warning: null };
  const { jobs } = answering(result("flores", { language: "spa_Latn", path: "dev/spa", ...file }));
  const found = await jobs.flores({ languages: ["spa_Latn"], split: "dev", revision: null });
  expect([...found]).toEqual([["spa_Latn", file]]);
});

test("cluster sends distances and cut, and refuses what is no tree", async () => {
  const { jobs, asked } = answering(result("clusters", GROUPING));
  const distances = [
    [0, 1],
    [1, 0],
  ];
  expect(await jobs.cluster(distances, { k: 2, cut: null })).toEqual(GROUPING);
  expect(asked[0]).toMatchObject({ job: "cluster", request: { distances, k: 2, cut: null } });
  const broken = answering(result("clusters", { ...GROUPING, linkage: [[0, 1, 0.2]] }));
  await expect(broken.jobs.cluster(distances, { k: null, cut: null })).rejects.toThrow(/linkage/);
});

test("extract hands on the activations, and them only", async () => {
  const frame = frameOf([{ text: 0, tokens: [] }]);
  const { jobs, progress } = answering(
    { kind: "progress", job: 1, progress: PROGRESS },
    frame,
    result("other", {}),
  );
  const frames: Frame[] = [];
  const request = { language: "eng_Latn", layers: [0], shards: [], tokens: false };
  for await (const each of jobs.extract(request)) frames.push(each);
  expect(frames).toEqual([frame]);
  expect(progress).toHaveLength(1);
});

test("a pickle comes with its hash and what was lost; any other form of answer is refused", async () => {
  const found = { value: { M: [[1, null]] }, sha256: "abc", not_finite: 1 };
  const { jobs, asked } = answering(result("pickle", found));
  expect(await jobs.readPickle("/a.pkl")).toEqual(found);
  expect(asked[0]).toMatchObject({ job: "read_pickle", request: { source: "/a.pkl" } });
  const { sha256: _, ...without } = found;
  await expect(answering(result("pickle", without)).jobs.readPickle("/a.pkl")).rejects.toThrow(
    /sha256/,
  );
});

test("a tensor is asked for by its name, and is written when the job ends", async () => {
  const { jobs, asked } = answering();
  await jobs.writeTensor("/a.safetensors", "/b.pt", "layer.1.index");
  const request = { source: "/a.safetensors", target: "/b.pt", tensor: "layer.1.index" };
  expect(asked[0]).toMatchObject({ job: "write_tensor", request });
});
