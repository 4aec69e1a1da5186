import { execaSync } from "execa";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runArgument, shellWord } from "../src/shell-word.js";

test("a plain path stays as it is, anything else is quoted", () => {
  expect(shellWord("v_score_runs/demo-all")).toBe("v_score_runs/demo-all");
  expect(shellWord("my run")).toBe("'my run'");
  expect(shellWord("it's $(id)")).toBe("'it'\\''s $(id)'");
  expect(shellWord("~/run")).toBe("'~/run'");
});

test("a shell takes the word for the text", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")));
  fc.assert(
    fc.property(texts, (words) => {
      const script = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
      const { stdout } = execaSync("sh", ["-c", script], { stripFinalNewline: false });
      expect(stdout).toBe(words.length === 0 ? "\0" : words.map((word) => `${word}\0`).join(""));
    }),
    { numRuns: 20 },
  );
});

test("a bare name becomes a path, so that it cannot mean a run of that name elsewhere", () => {
  expect(runArgument("demo")).toBe("./demo");
  expect(runArgument("v_score_runs/demo")).toBe("v_score_runs/demo");
});
