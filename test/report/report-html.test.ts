import { describe, expect, test } from "vitest";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import { escapeHtml } from "../../src/report/page.js";
import { reportHtml } from "../../src/report/report-html.js";
import type { FinishedRun } from "../../src/runs/read.js";
import { clusteringOf } from "../fixtures/clusterings.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { manyLanguageRun } from "../fixtures/runs.js";
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
    table: { title: "as a table", lines: ["layer  language", ODD] },
  };
  const html = reportHtml(
    run,
    { sentences: [ODD], figures: [figure], contexts: NO_CONTEXTS, clustering: null },
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
    { sentences: [], figures: [], contexts: NO_CONTEXTS, clustering: null },
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
      { sentences: [], figures: [], contexts: NO_CONTEXTS, clustering: null },
      "",
    );
  const html = page(["2 tha_Thai"]);
  expect(html).toContain("<details open><summary>Not all languages are rebuilt.");
  expect(html.match(/<tr [^>]*style="opacity:.5">.*?<\/tr>/s)?.[0]).toContain("<td>tha_Thai</td>");
  expect(html.match(/opacity:\.5/g)).toHaveLength(1);
  expect(page([])).toContain("<details><summary>All languages are rebuilt at all layers.");
});

describe("a run over many languages", () => {
  const codes = [...FLORES_PLUS.keys()].slice(0, 30);
  const run = manyLanguageRun(codes);
  const clustering = {
    ...clusteringOf(),
    languages: codes,
    clusters: [codes.slice(0, 9), codes.slice(9)],
  };
  const map = { kind: "map", title: "The map", caption: "", spec: {}, table: null };
  const html = reportHtml(
    run,
    { sentences: ["found"], figures: [map], contexts: NO_CONTEXTS, clustering },
    "",
  );

  test("has a box to find one, the map first, and ranges with a table in place of long lines", () => {
    expect(html).toContain('id="finder"');
    expect(html.indexOf('id="map"')).toBeLessThan(html.indexOf("What was found"));
    expect(html).toContain("2 in each of 30 languages");
    expect(html).toMatch(/<tr data-find="acm_arab mesopotamian arabic">.*<td>1<\/td><\/tr>/);
    expect(html).toMatch(/<div data-find="afr_latn afrikaans"><h3>/);
  });

  test("one of few is read as it is", () => {
    const few = reportHtml(
      threeLanguageRun(),
      { sentences: [], figures: [], contexts: NO_CONTEXTS, clustering: null },
      "",
    );
    expect(few).not.toContain('id="finder"');
  });
});
