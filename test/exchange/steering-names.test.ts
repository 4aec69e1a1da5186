import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fileTag,
  readSteeringName,
  type SteeringSettings,
  steeringFileName,
} from "../../src/exchange/steering-names.js";
import { LID_NAME, SETTINGS } from "../fixtures/steering.js";

const nothing: SteeringSettings = {
  ...{ tag: "", source: "fr", target: "en", layer: null, alpha: null, topK: null },
  ...{ trainN: null, evalN: null, otherN: null, metric: null },
};

test("a name tells all of an experiment", () => {
  expect(readSteeringName(LID_NAME)).toEqual(SETTINGS);
  expect(steeringFileName("lid", SETTINGS)).toBe(LID_NAME);
});

test.each<[string, Partial<SteeringSettings>]>([
  // Of all generations of the steering repository.
  [LID_NAME.replace(".csv", "_1a2b3c4.csv"), SETTINGS],
  [LID_NAME.replace("lid_", "lid2_"), SETTINGS],
  [LID_NAME.replace("first-token", "full-label_abc"), { ...SETTINGS, metric: "full-label" }],
  [
    "lid_qwen3-0.6b_ja_to_es_alpha20_train4_eval2_other2.csv",
    {
      ...{ tag: "qwen3-0.6b", source: "ja", target: "es", alpha: 20 },
      ...{ trainN: 4, evalN: 2, otherN: 2 },
    },
  ],
  [
    "lid_fr_to_en_alpha0.5_train20_eval10_other10.csv",
    { alpha: 0.5, trainN: 20, evalN: 10, otherN: 10 },
  ],
  [
    "clc_gemma-2-2b_all_to_en_alpha-by-lang_train20_eval10.csv",
    { tag: "gemma-2-2b", source: "all", trainN: 20, evalN: 10 },
  ],
  // Languages without a short code, models with languages in their names, no ending, hardly anything.
  [
    "lid_m_deu_Latn_to_twi_Latn_akua1239_alpha1.csv",
    { tag: "m", source: "deu_Latn", target: "twi_Latn_akua1239", alpha: 1 },
  ],
  [
    "lid_my_en_to_zh_model_fr_to_en_alpha1.csv",
    { tag: "my", source: "en", target: "zh", alpha: 1 },
  ],
  ["renamed_fr_to_en_layer7", { tag: "renamed", layer: 7 }],
  ["fr_to_en.csv", {}],
  ["lid_fr_to_en_alpha-0.5.CSV", { alpha: -0.5 }],
  ["lid_fr_to_en_alpha1e-05_layer2.csv", { alpha: 1e-5, layer: 2 }],
])("%s is read", (name, told) => {
  expect(readSteeringName(name)).toEqual({ ...nothing, ...told });
});

test.each(["", "lid.csv", "lid_gemma_alpha1.csv", "lid_fr_en_alpha1.csv", "lid_FR_to_EN.csv"])(
  "%j tells no languages",
  (name) => {
    expect(readSteeringName(name)).toBeNull();
  },
);

const count = fc.option(fc.nat(9999));
const code = fc.constantFrom("fr", "en", "zh", "wuu", "deu_Latn");
const alpha = fc.option(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

test("what is written is read", () => {
  const settings: fc.Arbitrary<SteeringSettings> = fc.record({
    ...{ tag: fc.stringMatching(/^([A-Za-z0-9.+-]+)?$/).map(fileTag), source: code, target: code },
    ...{ layer: count, alpha, topK: count, trainN: count, evalN: count, otherN: count },
    metric: fc.option(fc.constantFrom("first-token", "full-label")),
  });
  fc.assert(
    fc.property(settings, fc.constantFrom("lid", "clc"), (given, experiment) => {
      expect(readSteeringName(steeringFileName(experiment, given))).toEqual(given);
    }),
    { examples: [[{ ...nothing, target: "deu_Latn", evalN: 1000 }, "lid"]] },
  );
});

test("a model's id is a tag that no name is cut at", () => {
  expect(fileTag("google/gemma-2-2b")).toBe("google-gemma-2-2b");
  expect(fileTag("embedded:demo_x y")).toBe("embedded-demo-x-y");
});
