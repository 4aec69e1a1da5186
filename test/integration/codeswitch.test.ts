import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ExploredText } from "../../src/explore/explored-text.js";
import { vscore } from "../fixtures/command.js";
import { copyDemo } from "../fixtures/demo-run.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

beforeEach(() => {
  copyDemo(at("demo"));
});

describe("code-switching on the embedded model", () => {
  it("nouns speak for the language of their prefix: own above foreign above alone, as the paper has it", async () => {
    const { exitCode, stdout } = await vscore("codeswitch", at("demo"), "--json");
    expect(exitCode).toBe(0);
    const { own_feature, data, layers, folder } = JSON.parse(stdout);
    expect(data).toMatchObject({ source: "built in", rows: 500, left_out: [] });
    const last = layers.indexOf(3);
    const clear = own_feature.filter(
      ({ own, foreign, foreign_alone }: Record<string, number[]>) =>
        (own?.[last] ?? 0) > (foreign?.[last] ?? 0) &&
        (foreign?.[last] ?? 0) > 5 * (foreign_alone?.[last] ?? 0),
    );
    // Vietnamese is written otherwise here than in the run's corpus: its feature is one of that spelling.
    expect(clear.map(({ language }: { language: string }) => language)).toEqual(
      "eng_Latn spa_Latn fra_Latn jpn_Jpan kor_Hang por_Latn tha_Thai cmn_Hans arb_Arab".split(" "),
    );
    for (const name of ["rows.jsonl", "result.json", "own-feature.png", "noun-feature.svg"])
      expect(existsSync(join(folder, name)), name).toBe(true);
    expect(readFileSync(join(folder, "rows.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(
      500,
    );
  });

  it("a noun's activation is that which explore tells of its tokens; bad rows are listed", async () => {
    const sentence = "Cliquez ici pour fermer la window";
    const row = { sentence, ori_sentence: "Cliquez ici pour fermer la ", ori_lan: "fr" };
    const rows = [
      { ...row, target_lan: "en" },
      { ...row, target_lan: "en", ori_sentence: "Cliquez là " },
    ];
    writeFileSync(at("rows.jsonl"), rows.map((each) => JSON.stringify(each)).join("\n"));
    const told = await vscore("codeswitch", at("demo"), "--data", at("rows.jsonl"), "--json");
    expect(told.exitCode).toBe(0);
    const { folder, features, data, layers } = JSON.parse(told.stdout);
    expect(data.left_out).toEqual([
      { why: "its sentence does not begin with its prefix", lines: [2] },
    ]);
    const [found] = readFileSync(join(folder, "rows.jsonl"), "utf8").trimEnd().split("\n");
    const { prefix_feature, tokens } = JSON.parse(found as string);

    const every = ["--top-k", "512", "--among", "512", "--json"];
    const explored = await vscore("explore", at("demo"), "--text", sentence, ...every);
    const text = JSON.parse(explored.stdout) as ExploredText;
    const noun = text.tokens.filter(({ end }) => end > sentence.length - "window".length);
    expect(
      noun
        .map(({ piece }) => piece)
        .join("")
        .trim(),
    ).toBe("window");
    expect(tokens).toBe(noun.length);
    for (const [place, layer] of layers.entries()) {
      const feature = features.fra_Latn[place];
      const sum = noun.reduce((all, token) => {
        const own = token.layers.find((each) => each.layer === layer)?.features;
        return all + (own?.find((each) => each.feature === feature)?.activation ?? 0);
      }, 0);
      expect(prefix_feature[place]).toBeCloseTo(sum / noun.length, 3);
    }
  });

  it("marked words of one text", async () => {
    const text = "Cliquez ici pour ouvrir la [[window]].";
    const { exitCode, stdout } = await vscore("codeswitch", at("demo"), "--text", text);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^window +1 +2 +fra_Latn 210 /m);
    const bad = await vscore("codeswitch", at("demo"), "--text", "no mark");
    expect(bad.exitCode).toBe(2);
  });
});
