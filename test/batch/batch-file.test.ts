import { mkdirSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBatch } from "../../src/batch/batch-file.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function file(content: unknown, name = "b.yaml"): string {
  writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
  return at(name);
}

const refusal = (content: unknown): string => {
  const error = failureOf(() => readBatch([file(content)]));
  expect(error.exitCode).toBe(2);
  return error.message;
};

describe("a batch file", () => {
  test("may be one run's config, named like the file", () => {
    expect(readBatch([file("model: demo\nlayers: [2]", "fig-1.yml")])).toEqual([
      { place: at("fig-1.yml"), name: "fig-1", asked: { model: "demo", layers: [2] } },
    ]);
  });

  test("may list runs over defaults; those without a name are numbered", () => {
    const path = file({
      defaults: { model: "demo", layers: [2] },
      runs: [{ name: "north" }, { layers: [3] }],
    });
    expect(readBatch([path])).toEqual([
      { place: `${path}, run 1`, name: "north", asked: { model: "demo", layers: [2] } },
      { place: `${path}, run 2`, name: "b-2", asked: { model: "demo", layers: [3] } },
    ]);
  });

  test("gives no run a name with two dots in it: they lead upwards", () => {
    const path = file({ matrix: { model: ["demo"], corpus: ["dir:../a", "0..", "b"] } });
    expect(readBatch([path]).map(({ name }) => name)).toEqual(["b-corpus-1", "b-corpus-2", "b-b"]);
  });

  test("may be a matrix: names tell what varies, in the file's words where they are plain", () => {
    const path = file({
      defaults: { n_texts_per_lang: 2 },
      matrix: {
        model: ["demo"],
        languages: ["similar", ["eng_Latn", "fra_Latn"], ["a", "b"].map((c) => c.repeat(40))],
        pool: ["token", "text"],
      },
    });
    expect(readBatch([path]).map(({ name }) => name)).toEqual([
      ...["b-similar-token", "b-similar-text"],
      ...["b-eng_Latn-fra_Latn-token", "b-eng_Latn-fra_Latn-text"],
      ...["b-languages-3-token", "b-languages-3-text"],
    ]);
    expect(readBatch([path])[3]?.asked).toEqual({
      n_texts_per_lang: 2,
      model: "demo",
      languages: ["eng_Latn", "fra_Latn"],
      pool: "text",
    });
  });

  test("names that would come to the same are numbers instead", () => {
    const path = file({ matrix: { model_revision: ["a", "a-b"], corpus_revision: ["b-c", "c"] } });
    expect(readBatch([path]).map(({ name }) => name)).toEqual(["b-1", "b-2", "b-3", "b-4"]);
  });

  test("the file's own name counts only where it names a run", () => {
    const odd = file({ runs: [{ name: "fine", model: "demo" }] }, "my runs.yaml");
    expect(readBatch([odd])[0]?.name).toBe("fine");
    expect(failureOf(() => readBatch([file({ runs: [{}] }, "my runs.yaml")])).message).toContain(
      'the name "my runs-1" cannot be that of a run',
    );
  });

  test("a folder stands for its files by name", () => {
    mkdirSync(at("configs"));
    for (const name of ["b.json", "a.yaml", "notes.txt"])
      writeFileSync(at("configs", name), '{"model": "demo"}');
    expect(readBatch([at("configs")]).map(({ name }) => name)).toEqual(["a", "b"]);
    mkdirSync(at("none"));
    expect(failureOf(() => readBatch([at("none")])).message).toContain("holds no batch file");
  });

  test.each([
    [{ runs: [{ modle: "demo" }] }, 'Unknown key "modle"'],
    [{ run: [] }, 'Unknown key "run"'],
    [{ model: "demo", runs: [{}] }, 'Unknown key "model"'],
    [{ runs: [{}], matrix: {} }, "both runs and a matrix"],
    [{ runs: [] }, "runs is no list of configs"],
    [{ runs: ["demo"] }, 'found "demo", expected keys and values'],
    [{ matrix: { layers: 2 } }, "layers of the matrix is no list of values"],
    [{ matrix: { layer: [2] } }, 'Unknown key "layer" in the matrix'],
    [{ defaults: { layer: [2] }, runs: [{}] }, 'Unknown key "layer" in the defaults'],
    ["- a", "holds no keys"],
  ])("%j is refused", (content, words) => {
    expect(refusal(content)).toContain(words);
  });

  test.each(["../a", "/a", "a/b", "..", ".hidden", "-rf", "a b", "", 3, null, "a..b", "a\u0000"])(
    "the name %j leads nowhere",
    (name) => {
      expect(refusal({ runs: [{ name }] })).toContain("cannot be that of a run");
    },
  );

  test("a matrix gives its product, every run once, under a name of its own, in a stable order", () => {
    const values = fc.uniqueArray(fc.oneof(fc.nat(), fc.string({ maxLength: 5 })), {
      minLength: 1,
      maxLength: 4,
      selector: (value) => JSON.stringify(value),
    });
    const matrix = fc.record({ model: values, pool: values, seed: values });
    fc.assert(
      fc.property(matrix, (matrix) => {
        const entries = readBatch([file({ matrix }, "m.json")]);
        const expected = matrix.model.flatMap((model) =>
          matrix.pool.flatMap((pool) => matrix.seed.map((seed) => ({ model, pool, seed }))),
        );
        expect(entries.map(({ asked }) => asked)).toEqual(expected);
        expect(new Set(entries.map(({ name }) => name)).size).toBe(expected.length);
      }),
    );
  });
});

test("a matrix of millions is refused before it is spelled out", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
  const matrix = Object.fromEntries(
    ["seed", "threads", "batch_tokens", "n_texts_per_lang"].map((key) => [key, numbers(100)]),
  );
  expect(refusal({ matrix })).toContain("more than 10000 runs");
});
