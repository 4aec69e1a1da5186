import { expect, it } from "vitest";
import { steeringTexts } from "../../../src/experiments/steering/steering-texts.js";
import { textHash } from "../../../src/plan.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { CODES, request, steeringSite } from "../../fixtures/steering-site.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const site = (count: number, split?: (place: number) => string) => steeringSite(at(), count, split);
const jobs = new FakeJobs({});

const ids = (texts: { id: string }[] | undefined) => texts?.map(({ id }) => id);

it("of one place nothing is both trained and evaluated on, nor a translation of it", async () => {
  const { run, corpus } = site(8);
  const found = await steeringTexts(run, request(corpus), null, jobs);
  expect(ids(found.train.get("eng_Latn"))).toEqual(["t0", "t1", "t2"]);
  // t0 and t1 also chose the features.
  expect(ids(found.steered.get("eng_Latn"))).toEqual(["t3", "t4"]);
  expect(ids(found.others.get("spa_Latn"))).toEqual(["t3", "t4"]);
  expect(found.excluded).toBe(6);
});

it("nothing that gates are trained on is evaluated on, nor a translation of it", async () => {
  const { run, corpus } = site(9);
  const learned = { trainTexts: 4, epochs: 1, learningRate: 0.1, collateralWeight: 0.2 };
  const found = await steeringTexts(run, request(corpus, { learned }), null, jobs);
  expect(CODES.map((code) => ids(found.learn.get(code))?.length)).toEqual([4, 4]);
  expect(ids(found.steered.get("eng_Latn"))).toEqual(["t4", "t5"]);
  const many = { ...learned, trainTexts: 10 };
  const refused = await rejectionOf(
    steeringTexts(run, request(corpus, { learned: many }), null, jobs),
  );
  expect(refused.message).toMatch(/--learned-train-n 10: the corpus has 9 texts in eng_Latn/);
});

it("too few texts are refused with how many there are", async () => {
  const { run, corpus } = site(5);
  const evaluated = await rejectionOf(
    steeringTexts(run, request(corpus, { evalTexts: 3 }), null, jobs),
  );
  expect(evaluated.message).toMatch(
    /has 5 texts in eng_Latn, of which 3 are left out.*2 are left\. --eval-n asks for 3/,
  );
  const trained = await rejectionOf(
    steeringTexts(run, request(corpus, { trainTexts: 6 }), null, jobs),
  );
  expect(trained.message).toMatch(/--train-n 6: the corpus has 5 texts/);
});

it("vectors come from one split, numbers from the other", async () => {
  const { run, corpus } = site(8, (place) => (place < 4 ? "dev" : "devtest"));
  const found = await steeringTexts(run, request(corpus), null, jobs);
  expect(ids(found.train.get("spa_Latn"))).toEqual(["t0", "t1", "t2"]);
  expect(ids(found.steered.get("eng_Latn"))).toEqual(["t4", "t5"]);
  expect([found.trainSplit, found.split]).toEqual(["dev", "devtest"]);
});

it("texts that vectors from a file were made of are not evaluated on", async () => {
  const { run, corpus } = site(8);
  const made = CODES.map((code) => textHash(`${code} says 3`).slice(0, 16));
  const found = await steeringTexts(run, request(corpus), made, jobs);
  expect(found.train.size).toBe(0);
  expect(ids(found.steered.get("eng_Latn"))).toEqual(["t2", "t4"]);
});

it("nor are their translations; texts of another corpus leave out nothing", async () => {
  const { run, corpus } = site(8);
  // Of a source and a target that are not steered here.
  const one = [textHash("spa_Latn says 3").slice(0, 16)];
  const found = await steeringTexts(run, request(corpus), one, jobs);
  expect(ids(found.steered.get("eng_Latn"))).toEqual(["t2", "t4"]);
  expect(ids(found.others.get("spa_Latn"))).toEqual(["t2", "t4"]);
  expect(found.excluded).toBe(2 * 3);
  const others = [textHash("of another corpus").slice(0, 16)];
  const all = await steeringTexts(run, request(corpus), others, jobs);
  expect(ids(all.steered.get("eng_Latn"))).toEqual(["t2", "t3"]);
});
