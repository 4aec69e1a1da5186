import { Resvg } from "@resvg/resvg-js";
import { expect, test } from "vitest";
import { textWidth } from "../../../src/views/charts/text-width.js";

const TTF = "node_modules/dejavu-fonts-ttf/ttf";

/** How wide the text is as it is drawn, from its first black pixel to its last. */
function drawnWidth(text: string, fontSize: number, fontWeight: string): number {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="100"><text x="9" y="60" font-family="DejaVu Sans" font-size="${fontSize}" font-weight="${fontWeight}">${escaped}</text></svg>`;
  const fontFiles = [`${TTF}/DejaVuSans.ttf`, `${TTF}/DejaVuSans-Bold.ttf`];
  return (
    new Resvg(svg, { font: { fontFiles, loadSystemFonts: false } }).getBBox()?.width ?? Number.NaN
  );
}

test.each([
  ["v of each language's top 20 features", 14, "bold"],
  ["google/gemma-2-2b, flores_plus (dev), 100 texts a language", 11, "normal"],
  ["cmn_Hans 1: 16383", 10, "normal"],
  [`"#$%&*+;<=>?@AZBCXQ[\\]^{|}~`, 12, "bold"],
])("%s is as wide as it is drawn", (text, fontSize, fontWeight) => {
  const width = textWidth({ fontSize, fontWeight }, text);
  // The box of the outlines lacks the room at both ends; pairs of letters are drawn a little closer.
  expect(Math.abs(width - drawnWidth(text, fontSize, fontWeight))).toBeLessThan(0.25 * fontSize);
});

test("what is no text has no width, and other scripts are taken to be wide", () => {
  expect(textWidth({}, null)).toBe(0);
  expect(textWidth({ fontSize: 10 }, "ไทย")).toBe(30);
});
