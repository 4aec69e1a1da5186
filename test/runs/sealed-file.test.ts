import { expect, test } from "vitest";
import { z } from "zod";
import { decodeSealedJson, encodeSealedJson } from "../../src/runs/sealed-file.js";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (of: string) => new TextEncoder().encode(of);

test("sealed JSON comes back as it was", () => {
  const content = { a: [1, -0.1, 1e-300, null], b: "日本語 \ud800", 2: { 1: true } };
  expect(decodeSealedJson(encodeSealedJson(content))).toEqual(content);
});

test("damage within it shows, though it stays well-formed", () => {
  const sealed = text(encodeSealedJson({ weight: [0.25, 0.5] }));
  expect(() => decodeSealedJson(bytes(sealed.replace("0.25", "0.35")))).toThrow(SyntaxError);
  expect(() => decodeSealedJson(bytes(sealed.slice(0, -1)))).toThrow(SyntaxError);
  expect(() => decodeSealedJson(bytes('{"weight":[0.25,0.5]}'))).toThrow(z.ZodError);
});
