import { existsSync, lstatSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { deleteRun } from "../../src/runs/delete-run.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

test("of a link, the link is removed and not the run that it leads to", async () => {
  writeRun(at("precious"), runOf(metaOf(), { 1: [[1], [-1]] }));
  symlinkSync(at("precious"), at("link"));
  expect(await deleteRun(at("link"))).toBe(true);
  expect(lstatSync(at("link"), { throwIfNoEntry: false })).toBeUndefined();
  expect(existsSync(at("precious", "meta.json"))).toBe(true);
});
