import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseTexts, planShards, spreadTexts, textHash, textsFingerprint } from "../src/plan.js";

const lengths = fc.array(fc.nat(60), { maxLength: 40 });
const budgets = fc.integer({ min: 1, max: 200 });

describe("planShards", () => {
  test("every text is in exactly one shard, shards are numbered from 0", () => {
    fc.assert(
      fc.property(lengths, budgets, (tokens, budget) => {
        const shards = planShards(tokens, budget);
        expect(shards.flatMap(({ texts }) => texts).sort((a, b) => a - b)).toEqual([
          ...tokens.keys(),
        ]);
        expect(shards.map(({ shard }) => shard)).toEqual([...shards.keys()]);
        expect(shards.every(({ texts }) => texts.length > 0)).toBe(true);
      }),
    );
  });

  test("a padded shard fits the budget, unless it is a single text that is longer", () => {
    fc.assert(
      fc.property(lengths, budgets, (tokens, budget) => {
        for (const { texts } of planShards(tokens, budget)) {
          const longest = Math.max(...texts.map((text) => tokens[text] as number));
          if (texts.length > 1) expect(longest * texts.length).toBeLessThanOrEqual(budget);
        }
      }),
    );
  });

  test("no shard could have taken in the next text as well", () => {
    fc.assert(
      fc.property(lengths, budgets, (tokens, budget) => {
        const shards = planShards(tokens, budget);
        shards.slice(0, -1).forEach(({ texts }, at) => {
          const next = tokens[shards[at + 1]?.texts[0] as number] as number;
          expect((texts.length + 1) * next).toBeGreaterThan(budget);
        });
      }),
    );
  });

  test("texts come by rising length, equals in corpus order", () => {
    expect(planShards([3, 1, 3, 2], 6)).toEqual([
      { shard: 0, texts: [1, 3] },
      { shard: 1, texts: [0, 2] },
    ]);
  });

  test("the same lengths give the same plan, in whatever array they come", () => {
    fc.assert(
      fc.property(lengths, budgets, (tokens, budget) => {
        expect(planShards(Uint32Array.from(tokens), budget)).toEqual(planShards(tokens, budget));
      }),
    );
  });

  test("no texts, no shards", () => {
    expect(planShards([], 100)).toEqual([]);
  });
});

describe("chooseTexts", () => {
  const texts = Array.from({ length: 50 }, (_, at) => ({ id: `s/${at}`, text: `text ${at}` }));

  test("first takes the first n, random n others of them, both in corpus order", () => {
    expect(chooseTexts(texts, 3, "first", 0)).toEqual(texts.slice(0, 3));
    const chosen = chooseTexts(texts, 20, "random", 0);
    expect(chosen).toHaveLength(20);
    expect(chosen).not.toEqual(texts.slice(0, 20));
    const places = chosen.map((text) => texts.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test.each(["first", "random"] as const)(
    "-1, or as many as there are, or more, takes all (%s)",
    (sample) => {
      for (const n of [-1, 50, 51]) expect(chooseTexts(texts, n, sample, 1)).toEqual(texts);
    },
  );

  test("random chooses the same ids in every language, whatever their order", () => {
    const others = texts.map(({ id }) => ({ id, text: `texto ${id}` })).reverse();
    const ids = (of: typeof texts) => new Set(chooseTexts(of, 10, "random", 7).map(({ id }) => id));
    expect(ids(others)).toEqual(ids(texts));
  });

  test("random chooses the same again, and others with another seed", () => {
    const first = chooseTexts(texts, 10, "random", 7);
    expect(chooseTexts(texts, 10, "random", 7)).toEqual(first);
    expect(chooseTexts(texts, 10, "random", 8)).not.toEqual(first);
  });

  test("a smaller random choice is part of a larger one", () => {
    const larger = chooseTexts(texts, 20, "random", 3);
    for (const text of chooseTexts(texts, 10, "random", 3)) expect(larger).toContain(text);
  });
});

test("a text's hash is the SHA-256 of its UTF-8", () => {
  expect(textHash("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(textHash("é")).toBe(textHash(new TextEncoder().encode("é")));
});

test("the fingerprint of texts changes with an id, a hash and their order", () => {
  const texts = [
    { id: "1", sha256: "aa" },
    { id: "2", sha256: "bb" },
  ];
  const prints = [
    texts,
    texts.toReversed(),
    [{ id: "1", sha256: "ab" }, texts[1] as (typeof texts)[0]],
    [{ id: "3", sha256: "aa" }, texts[1] as (typeof texts)[0]],
    texts.slice(1),
  ].map(textsFingerprint);
  expect(new Set(prints).size).toBe(prints.length);
});

describe("spreadTexts", () => {
  const texts = ["a#1", "a#2", "a#3", "b#1", "c"].map((id) => ({
    ...{ id, text: id },
    ...(id === "c" ? {} : { document: id.slice(0, 1) }),
  }));
  const idsOf = (n: number) => spreadTexts(texts, n).map(({ id }) => id);

  test("takes a text of each document, then a second, in corpus order", () => {
    expect(idsOf(2)).toEqual(["a#1", "b#1"]);
    expect(idsOf(3)).toEqual(["a#1", "b#1", "c"]);
    expect(idsOf(4)).toEqual(["a#1", "a#2", "b#1", "c"]);
  });

  test("takes all with -1, and where there are no more", () => {
    expect(idsOf(-1)).toHaveLength(5);
    expect(idsOf(9)).toHaveLength(5);
  });
});
