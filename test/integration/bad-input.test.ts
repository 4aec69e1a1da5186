import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonRoot } from "../../src/config/paths.js";
import { decodeSafetensors } from "../../src/engine/safetensors.js";
import { encodeSafetensors } from "../../src/engine/write-safetensors.js";
import { openRun } from "../../src/runs/read.js";
import { vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();
const out = () => join(folder(), "out", "run");
const demo = (...more: string[]) => [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn", "--layers", "2"],
  ...["--n-texts-per-lang", "3", "--out-dir", out(), ...more],
];

/** A copy of the embedded dictionary of layer 2 with something wrong. */
function spoiledDictionary(name: string, spoil: (folder: string) => void): string {
  const target = join(folder(), name, "layer_2");
  cpSync(join(pythonRoot, "demo", "saes", "layer_2"), target, { recursive: true });
  spoil(target);
  return join(folder(), name);
}

async function expectRefused(exitCode: number, message: RegExp, ...args: string[]): Promise<void> {
  const ended = await vscore(...args);
  expect(ended.stderr).toMatch(message);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(existsSync(join(folder(), "out"))).toBe(false);
}

describe("a request that cannot be met says why and leaves nothing behind", () => {
  it("a layer beyond the model's", () =>
    expectRefused(2, /Layer 9 .* 0 to 3/, ...demo("--layers", "9")));

  it("a layer without a dictionary", () =>
    expectRefused(2, /layer_0 .* has layer_1, layer_2, layer_3/, ...demo("--layers", "0,2")));

  it("a dictionary of another width than the model's", () => {
    const release = spoiledDictionary("wide", (at) => {
      const file = join(at, "cfg.json");
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), d_in: 64 }));
    });
    return expectRefused(2, /64.*128|128.*64/s, ...demo("--sae-release", release));
  });

  it("NaN in activations, with layer and text named", () => {
    const release = spoiledDictionary("nan", (at) => {
      const file = join(at, "sae_weights.safetensors");
      const { tensors, metadata } = decodeSafetensors(readFileSync(file));
      const bias = tensors.get("b_enc");
      if (bias?.dtype === "F16") bias.data[5] = 0x7e00;
      else if (bias?.dtype === "F32") bias.data[5] = Number.NaN;
      writeFileSync(file, encodeSafetensors(tensors, metadata));
    });
    return expectRefused(
      1,
      /Layer 2 .*NaN.*text \d+ of eng_Latn/,
      ...demo("--sae-release", release),
    );
  });

  it("a language none of whose tokens counts", () => {
    const corpus = join(folder(), "special.jsonl");
    const row = (language: string, text: string) => `${JSON.stringify({ language, text })}\n`;
    writeFileSync(corpus, row("eng_Latn", "<eos>") + row("fra_Latn", "Bonjour à tous"));
    return expectRefused(
      2,
      /None of the 1 texts of eng_Latn has a token that counts/,
      ...demo("--corpus", `jsonl:${corpus}`),
    );
  });

  it("CUDA where there is none", () => expectRefused(3, /cuda/i, ...demo("--device", "cuda:7")));
});

describe("a text without a counted token", () => {
  it("is left out, counted in meta.json and told", async () => {
    const corpus = join(folder(), "some.jsonl");
    const rows = ["<eos>", "Good morning to all of you", "<eos><eos>"].map((text) => ({
      language: "eng_Latn",
      text,
    }));
    rows.push({ language: "fra_Latn", text: "Bonjour à tous" });
    writeFileSync(corpus, rows.map((row) => JSON.stringify(row)).join("\n"));
    const ended = await vscore(...demo("--corpus", `jsonl:${corpus}`));
    expect(ended.stderr).toContain("eng_Latn: 2 texts have no token that counts and are left out");
    const { meta } = openRun(out());
    expect(meta.texts).toEqual({ eng_Latn: 1, fra_Latn: 1 });
    expect(meta.texts_skipped).toEqual({ eng_Latn: 2, fra_Latn: 0 });
  });
});
