import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rank } from "../../src/reduce/v-score.js";
import {
  type ByLayer,
  encodeScores,
  openScores,
  openStatistics,
} from "../../src/runs/score-files.js";
import { encodeStatistics, statisticsOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** Writes a file, opens it and reads all its layers. */
function read<T>(open: (path: string) => ByLayer<T>, bytes: Uint8Array) {
  writeFileSync(at("file"), bytes);
  const { languages, shapes, layers } = open(at("file"));
  for (const [layer, shape] of shapes)
    expect(layers.get(layer)).toMatchObject({ languages: shape[0], features: shape[1] });
  return { languages, layers: new Map(layers) };
}
const readScores = (bytes: Uint8Array) => read(openScores, bytes);
const readStatistics = (bytes: Uint8Array) => read(openStatistics, bytes);

const LANGUAGES = ["eng_Latn", "spa_Latn"];

const ranking = (scale: number) =>
  rank([Float64Array.of(1 * scale, 2, 3), Float64Array.of(-1, -2 * scale, 0)]);

test("v-scores read back the same, by layer, in the order of the config", () => {
  const layers = new Map([10, 2, 0].map((layer) => [layer, ranking(layer)]));
  const read = readScores(encodeScores(layers, LANGUAGES));
  expect(read).toEqual({ languages: LANGUAGES, layers });
  expect([...read.layers.keys()]).toEqual([10, 2, 0]);
});

test("statistics read back the same, NaN errors of single texts included", () => {
  const layers = new Map([
    [
      1,
      statisticsOf(
        [
          [1, 2],
          [3, 4],
        ],
        { standardError: Number.NaN },
      ),
    ],
    [
      12,
      statisticsOf(
        [
          [1, 2],
          [3, 4],
        ],
        { firstShare: 0.75 },
      ),
    ],
  ]);
  expect(readStatistics(encodeStatistics(layers, LANGUAGES))).toEqual({
    languages: LANGUAGES,
    layers,
  });
});

test("a file whose content was changed is refused", () => {
  const layers = new Map([[1, ranking(1)]]);
  const bytes = Buffer.from(encodeScores(layers, LANGUAGES));
  const spoilt = Buffer.from(bytes.toString("latin1").replace("1.value", "1.valve"), "latin1");
  expect(() => readScores(spoilt)).toThrow("not what was written");
});

test("one changed bit within a value is noticed", () => {
  const bytes = Buffer.from(encodeScores(new Map([[1, ranking(1)]]), LANGUAGES));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  expect(() => readScores(bytes)).toThrow("not what was written");
});
