import { expect, test } from "vitest";
import { describeFeature } from "../../src/features/describe-feature.js";
import { featureHtml } from "../../src/report/feature-html.js";
import { examples, threeLanguageRun } from "../fixtures/tui.js";

const described = describeFeature(threeLanguageRun(), { layer: 1, feature: 2 }, examples);

test("a page has the languages by mean, and the contexts token by token with their activations", () => {
  const html = featureHtml(described);
  expect(html.indexOf("tha_Thai Thai")).toBeLessThan(html.indexOf("eng_Latn English"));
  expect(html).toContain("5.000 ± 0.500");
  expect(html).toContain("from 20–30 counted tokens of 2 texts a language");
  expect(html).toContain("<td>1</td></tr>");
  expect(html).toContain('<p class="text" dir="auto" lang="tha-Thai">');
  expect(html).toContain('<bdi title="does not count" style="color:#999">&#60;bos&#62;</bdi>');
  expect(html).toContain(">ที่</span>");
  expect(html).toContain("นี่\\u001b[2J</span>");
  expect(html).toContain('<span title="2.500" style="--a:0.56">');
});

test("it runs no script, asks for nothing, and links to Neuronpedia alone", () => {
  const odd = `</p><script>alert("1")</script>`;
  const contexts = [
    { ...(described.contexts?.[0] as never as object), pieces: [odd], activations: [1] },
  ];
  const html = featureHtml({ ...described, run: odd, contexts: contexts as never });
  expect(html).not.toContain("<script");
  expect(html).not.toContain("script-src");
  expect(html.match(/(src|href)="[^"]*"/g)).toEqual([
    'href="https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/2"',
  ]);
});

test("it says where there are no contexts, and why", () => {
  expect(featureHtml({ ...described, contexts: null })).toContain("No contexts of it are kept.");
  expect(featureHtml({ ...described, contexts: [] })).toContain("It fires on no token");
});

test("of a run of another tool it has v alone", () => {
  const languages = described.languages.map((each) => ({
    ...each,
    ...{ mean: null, standard_error: null, active_fraction: null, first_position_share: null },
  }));
  const html = featureHtml({ ...described, dictionary: null, languages, contexts: null });
  expect(html).not.toContain("±");
  expect(html).toContain("in the format of the original tool");
});
