import { expect, it } from "vitest";
import { chooseFrom } from "../../src/compute/gather-texts.js";
import { joinOnIds, shortInEnglish } from "../../src/compute/join-texts.js";
import { failureOf } from "../fixtures/failure.js";
import { configOf } from "../fixtures/runs.js";

const texts = (...ids: string[]) => ids.map((id) => ({ id, text: `text ${id}` }));
const ids = (each: { id: string }[] | undefined) => each?.map(({ id }) => id);
const CODES = ["eng_Latn", "spa_Latn"];
const languages = new Map([
  ["spa_Latn", texts("c", "a", "x")],
  ["eng_Latn", texts("a", "b", "c", "d")],
  ["fra_Latn", texts("d")],
]);
const SOURCE = { revision: null, sharesIds: true };

it("texts are joined in the order of the first language, and what is left out is counted", () => {
  const { languages: joined, leftOut } = joinOnIds(CODES, languages);
  expect([...joined.keys()]).toEqual(CODES);
  for (const code of CODES) expect(ids(joined.get(code))).toEqual(["a", "c"]);
  expect(leftOut).toEqual(["eng_Latn 2 of 4", "spa_Latn 1 of 3"]);
});

it("a corpus of one's own is joined where that is asked for, and not otherwise", () => {
  const as = (join: string) =>
    chooseFrom(configOf({ join, n_texts_per_lang: 1 }), languages, SOURCE, []);
  expect(ids(as("auto").languages.get("spa_Latn"))).toEqual(["c"]);
  const joined = as("ids");
  expect(ids(joined.languages.get("spa_Latn"))).toEqual(["a"]);
  expect(joined.warnings[0]).toMatch(/left out \(eng_Latn 2 of 4, spa_Latn 1 of 3\)/);
});

it("nothing that is shared, and ids that mean nothing, are refused", () => {
  const config = configOf({ join: "ids", languages: ["spa_Latn", "fra_Latn"] });
  expect(failureOf(() => chooseFrom(config, languages, SOURCE, [])).message).toMatch(
    /No text of udhr is there in all of spa_Latn, fra_Latn: none of the 3 in spa_Latn is left/,
  );
  // Who is in the way is told where there are more.
  const three = new Map([...languages, ["eng_Latn", languages.get("spa_Latn") ?? []] as const]);
  const asked = { ...config, languages: ["spa_Latn", "fra_Latn", "eng_Latn"] };
  expect(failureOf(() => chooseFrom(asked, three, SOURCE, [])).message).toMatch(
    /Leave fra_Latn out of --languages: the others have 3 in common; or do without --join ids\.$/,
  );
  const bare = { ...SOURCE, sharesIds: false };
  expect(
    failureOf(() => chooseFrom(configOf({ join: "ids" }), languages, bare, [])).message,
  ).toMatch(/--join ids: texts of udhr have no ids that translations share/);
});

it("the paper's texts are those with short English, also where English is not compared", () => {
  const english = [
    { id: "a", text: "x".repeat(99) },
    { id: "c", text: "x".repeat(100) },
    // Characters are counted as Python counts them.
    { id: "x", text: "\u{1d400}".repeat(99) },
  ];
  expect(ids(shortInEnglish(languages, english).get("spa_Latn"))).toEqual(["a", "x"]);
  const all = new Map([...languages, ["eng_Latn", english]]);
  const config = configOf({ sample: "paper", languages: ["spa_Latn", "fra_Latn"] });
  const chosen = failureOf(() => chooseFrom(config, all, SOURCE, []));
  expect(chosen.message).toMatch(/has no text in fra_Latn/);
  expect(failureOf(() => shortInEnglish(languages, undefined)).message).toMatch(
    /the corpus has no eng_Latn/,
  );
});
