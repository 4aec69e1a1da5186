import { expect, test } from "vitest";
import { ansiLine } from "../../src/views/ansi.js";
import { span } from "../../src/views/line.js";

const line = [
  span("a", { bold: true }),
  span("b\u001b[2J", { background: "#440154", color: "#ffffff" }),
  span("c", { background: "blue" }),
  span("d", { link: "https://example.org/" }),
];

test("without colours there is text alone, and what it holds is not obeyed", () => {
  expect(ansiLine(line, 1)).toBe("ab␛[2Jcd");
});

test("colours are as many as the terminal has", () => {
  expect(ansiLine(line, 24)).toContain("\u001b[48;2;68;1;84m");
  expect(ansiLine(line, 8)).toContain("\u001b[48;5;");
  expect(ansiLine(line, 4)).toContain("\u001b[44mc");
  for (const depth of [4, 8, 24]) expect(ansiLine(line, depth)).not.toContain("\u001b[2J");
});

test("a link is one for terminals that have signs at all", () => {
  expect(ansiLine(line, 4)).toContain("\u001b]8;;https://example.org/\u0007d\u001b]8;;\u0007");
});
