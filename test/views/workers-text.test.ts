import { expect, test } from "vitest";
import { workersText } from "../../src/views/workers-text.js";

test("workers are told of where there were any", () => {
  expect(workersText({ cluster: null })).toBe("");
  const cluster = { ray: "2.60.0", workers: 8, nodes: 1 };
  expect(workersText({ cluster })).toBe(", on 8 workers on 1 node of a Ray 2.60.0 cluster");
  const found = { ...cluster, address: "10.0.0.1:6379" };
  expect(workersText({ cluster: found })).toMatch(
    / of the Ray 2\.60\.0 cluster at 10\.0\.0\.1:6379$/,
  );
});
