import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextSums } from "../../src/reduce/text-sums.js";
import { isWrittenAside } from "../../src/runs/files.js";
import { TextsOnDisk } from "../../src/runs/texts-on-disk.js";
import { arbitraryTexts, FEATURES } from "../fixtures/arbitrary-texts.js";
import { failureOf } from "../fixtures/failure.js";
import { frameOf, token } from "../fixtures/frames.js";
import { DROP, sumsOf } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

describe("sums of texts on disk", () => {
  test("of several layers at once are those in memory, also once what was there is cleared away", () => {
    const layers = fc.array(arbitraryTexts, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(layers, { minLength: 1, maxLength: 2 }), (rounds) => {
        const shelf = new TextsOnDisk(at("eng_Latn.safetensors"));
        for (const layers of rounds) {
          shelf.clear();
          const most = Math.max(...layers.map(({ length }) => length));
          const running = layers.map(
            (texts, layer) => new TextSums(FEATURES, texts.length, DROP, shelf.of(layer)),
          );
          for (let text = 0; text < most; text++)
            for (const [layer, texts] of layers.entries())
              if (text < texts.length)
                running[layer]?.add(frameOf([{ text, tokens: texts[text] ?? [] }]));
          expect(running.map((each) => each.finish())).toEqual(
            layers.map((texts) => sumsOf(texts, FEATURES)),
          );
        }
        shelf.close();
      }),
    );
    expect(readdirSync(at())).toEqual([]);
  });

  test("lie in a file that is not finished", () => {
    const shelf = new TextsOnDisk(at("eng_Latn.safetensors"));
    const sums = new TextSums(2, 1, DROP, shelf.of(1));
    sums.add(frameOf([{ text: 0, tokens: [token(0, [1, 2])] }]));
    sums.finish();
    expect(readdirSync(at()).every(isWrittenAside)).toBe(true);
    shelf.close();
  });

  test("where they cannot lie is said in words", () => {
    const failure = failureOf(() => new TextsOnDisk(at("no", "folder", "eng_Latn.safetensors")));
    expect(failure.message).toContain("cannot be written: no folder can be made there");
  });
});
