import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONTROL_KINDS } from "../../src/config/controls.js";
import { controlsOf, controlWords, openControl, refuseControl } from "../../src/runs/controls.js";
import { Meta } from "../../src/runs/meta.js";
import { openRun } from "../../src/runs/read.js";
import { configToReadWith } from "../../src/runs/run-config.js";
import { writeControlledRun } from "../fixtures/controlled-run.js";
import { failureOf } from "../fixtures/failure.js";
import { metaOf } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function changeMeta(folder: string, change: Partial<Meta>): void {
  const file = at(folder, "meta.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
}

test("the controls of a run are those that are finished", () => {
  writeControlledRun(at("run"), ["romanised", "shuffled"]);
  const run = openRun(at("run"));
  expect(controlsOf(run)).toEqual(["shuffled", "romanised"]);
  expect(openControl(run, "romanised").meta.letters_changed).toMatchObject({ jpn_Jpan: 0.98 });
});

test.each<[string, Partial<Meta>, RegExp]>([
  ["another kind", { control: "romanised" }, /control is "romanised", in the run "none"/],
  ["another precision", { dtype: "bfloat16" }, /dtype is "bfloat16", in the run "float32"/],
  ["other texts", { texts_sha256: {} }, /texts_sha256 is \{\}, in the run \{"eng_Latn"/],
])("a control of %s is refused, with how to make it anew", (_, change, words) => {
  writeControlledRun(at("run"), ["shuffled"]);
  const run = openRun(at("run"));
  changeMeta("run/controls/shuffled", change);
  const { message } = failureOf(() => openControl(run, "shuffled"));
  expect(message).toMatch(words);
  expect(message).toMatch(/Make it anew: npx vscore controls .* --kind shuffled --overwrite/);
});

test("nothing is read, ablated or steered with a control", () => {
  writeControlledRun(at("run"), CONTROL_KINDS);
  const run = openRun(at("run"));
  expect(() => refuseControl(run)).not.toThrow();
  const random = openControl(run, "random-dictionary");
  expect(failureOf(() => configToReadWith(random)).message).toMatch(/of random directions/);
  const shuffled = openControl(run, "shuffled");
  expect(failureOf(() => configToReadWith(shuffled)).message).toMatch(
    /is a control \(shuffled\): it ranks features by changed texts/,
  );
});

test("what a control is, is said, and by which seed it was drawn where it was", () => {
  expect(controlWords(metaOf())).toBeNull();
  expect(controlWords(metaOf({ control: "shuffled", seed: 7 }))).toMatch(
    /^A control \(shuffled\): the words .*, seed 7\.$/,
  );
  expect(controlWords(metaOf({ control: "romanised" }))).not.toMatch(/seed/);
});

test("a run of before there were controls is under none", () => {
  const { control: _, letters_changed: _changed, words_moved: _moved, ...old } = metaOf();
  expect(Meta.parse(old)).toMatchObject({
    ...{ control: "none", letters_changed: null, words_moved: null },
  });
});
