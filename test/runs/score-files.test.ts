import { expect, test } from "vitest";
import { rank } from "../../src/reduce/v-score.js";
import { decodeScores, decodeStatistics, encodeScores } from "../../src/runs/score-files.js";
import { encodeStatistics, statisticsOf } from "../fixtures/runs.js";

const LANGUAGES = ["eng_Latn", "spa_Latn"];

const ranking = (scale: number) =>
  rank([Float64Array.of(1 * scale, 2, 3), Float64Array.of(-1, -2 * scale, 0)]);

test("v-scores read back the same, by layer, in the order of the config", () => {
  const layers = new Map([10, 2, 0].map((layer) => [layer, ranking(layer)]));
  const read = decodeScores(encodeScores(layers, LANGUAGES));
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
  expect(decodeStatistics(encodeStatistics(layers, LANGUAGES))).toEqual({
    languages: LANGUAGES,
    layers,
  });
});

test("a file whose content was changed is refused", () => {
  const layers = new Map([[1, ranking(1)]]);
  const bytes = Buffer.from(encodeScores(layers, LANGUAGES));
  const spoilt = Buffer.from(bytes.toString("latin1").replace("1.value", "1.valve"), "latin1");
  expect(() => decodeScores(spoilt)).toThrow("not what was written");
});

test("one changed bit within a value is noticed", () => {
  const bytes = Buffer.from(encodeScores(new Map([[1, ranking(1)]]), LANGUAGES));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  expect(() => decodeScores(bytes)).toThrow("not what was written");
});
