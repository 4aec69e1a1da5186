import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderOf, isFolder, projectRoot, pythonRoot } from "../../src/config/paths.js";
import { VERSION } from "../../src/version.js";

test("the project's root is found, and with it the version", () => {
  expect(existsSync(join(projectRoot, "package.json"))).toBe(true);
  expect(VERSION).toMatch(/^\d+\.\d+\.\d+$/);
});

test.each([
  ["google/gemma-2-2b", null],
  ["gpt2", null],
  [".hidden/model", null],
  ["embedded:saes", join(pythonRoot, "demo", "saes")],
  ["./model", resolve("model")],
  ["../model", resolve("..", "model")],
  ["..", resolve("..")],
  ["/models/gemma", "/models/gemma"],
  ["~/model", join(homedir(), "model")],
])("%s means the folder %s", (id, folder) => {
  expect(folderOf(id)).toBe(folder);
});

test("a file or nothing is no folder", () => {
  expect(isFolder(projectRoot)).toBe(true);
  expect(isFolder(join(projectRoot, "package.json"))).toBe(false);
  expect(isFolder(join(projectRoot, "nowhere"))).toBe(false);
});
