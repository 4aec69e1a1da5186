import { appendFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EventsTail, lastEvents, lastLines, storedEvents } from "../../src/runs/events.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const AT = "2025-01-01T00:00:00Z";
const warning = (message: string) => JSON.stringify({ type: "warning", at: AT, message });
const messages = (events: readonly { type: string }[]) =>
  events.map((event) => (event as { message?: string }).message);

test("lines that are cut, foreign or of no time are left out", () => {
  const foreign = [`{"type":"warning","at":"garbage","message":"x"}`, `{"type":"odd"}`, "{", ""];
  writeFileSync(
    at("events.ndjson"),
    [warning("a"), ...foreign, warning("b"), `{"type":"war`].join("\n"),
  );
  expect(messages(storedEvents(at()))).toEqual(["a", "b"]);
  expect(storedEvents(at("nowhere"))).toEqual([]);
});

test("of a long file the end is enough to know how it stands", () => {
  const many = Array.from({ length: 5000 }, (_, number) => warning(`message ${number}`));
  writeFileSync(at("events.ndjson"), `${many.join("\n")}\n`);
  const last = messages(lastEvents(at()));
  expect(last.length).toBeLessThan(1500);
  expect(last.at(-1)).toBe("message 4999");
  expect(last).toEqual(messages(storedEvents(at())).slice(-last.length));
});

test("followed, each look has all so far; a line that is still being written comes with the next", () => {
  const tail = new EventsTail(at());
  expect(tail.read()).toEqual([]);
  writeFileSync(at("events.ndjson"), `${warning("a")}\n${warning("b").slice(0, 9)}`);
  expect(messages(tail.read())).toEqual(["a"]);
  const before = tail.read();
  expect(tail.read()).toBe(before);
  appendFileSync(at("events.ndjson"), `${warning("b").slice(9)}\n`);
  expect(messages(tail.read())).toEqual(["a", "b"]);
  // A run that was begun anew has a shorter file.
  writeFileSync(at("events.ndjson"), `${warning("c")}\n`);
  expect(messages(tail.read())).toEqual(["c"]);
});

test("the last lines of a log are read from its end", () => {
  expect(lastLines(at("none.log"), 3)).toEqual([]);
  writeFileSync(at("short.log"), "a\n\nb\nc");
  expect(lastLines(at("short.log"), 2)).toEqual(["b", "c"]);
  writeFileSync(at("long.log"), `${"x".repeat(100_000)}\nthe end\n`);
  expect(lastLines(at("long.log"), 5)).toEqual(["the end"]);
});
