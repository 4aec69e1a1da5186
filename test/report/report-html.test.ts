import { expect, test } from "vitest";
import { escapeHtml } from "../../src/report/page.js";
import { reportHtml } from "../../src/report/report-html.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const NO_CONTEXTS = { examples: null, why: "none kept" } as const;
const ODD = `<script>alert("1")</script>\u202e\u0007&`;

test("whatever a text holds, it is text", () => {
  expect(escapeHtml(ODD)).toBe(
    "&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;\\u202e\\u0007&#38;",
  );
});

test("a page asks for nothing, and no text of a run ends a script in it", () => {
  const run = { ...threeLanguageRun(), name: ODD };
  const figure = {
    kind: "heatmap",
    title: ODD,
    caption: ODD,
    spec: { description: "</script><img src=x>" },
    lines: ["layer  language", ODD],
  };
  const html = reportHtml(
    run,
    { sentences: [ODD], figures: [figure], contexts: NO_CONTEXTS },
    "run('</script>')",
  );
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html).not.toContain("<img");
  expect(html).toContain(`<pre>layer  language\n${escapeHtml(ODD)}</pre></details>`);
  expect(html).not.toMatch(/(src|href)="(?!#|https:\/\/www\.neuronpedia\.org\/)/);
  expect(html).toContain("default-src 'none'");
  expect(JSON.parse(/id="specifications">(.*?)<\/script>/s.exec(html)?.[1] ?? "")).toEqual([
    { kind: "heatmap", spec: figure.spec },
  ]);
});

test("it says what the run was made from", () => {
  const html = reportHtml(
    threeLanguageRun(),
    { sentences: [], figures: [], contexts: NO_CONTEXTS },
    "",
  );
  for (const words of ["blocks.1.hook_resid_post", "an odd warning", "eng_Latn 2, fra_Latn 2"])
    expect(html).toContain(words);
});

test("a language that is not rebuilt is told before anything is found, and pale", () => {
  const run = threeLanguageRun() as FinishedRun;
  const { languages, layers } = run.meta;
  const page = (lost: string[]) =>
    reportHtml(
      { ...run, fidelity: fidelityOf(languages, layers, lost) },
      { sentences: [], figures: [], contexts: NO_CONTEXTS },
      "",
    );
  const html = page(["2 tha_Thai"]);
  expect(html).toContain("<details open><summary>Not all languages are rebuilt.");
  expect(html.match(/<tr style="opacity:.5">.*?<\/tr>/s)?.[0]).toContain("<td>tha_Thai</td>");
  expect(html.match(/opacity:\.5/g)).toHaveLength(1);
  expect(page([])).toContain("<details><summary>All languages are rebuilt at all layers.");
});
