import { parse, type Spec, View } from "vega";
import { Handler } from "vega-tooltip";
import { findLanguage, type PageElement } from "./find-language.js";
import { escapeHtml } from "./page.js";

/** The part of a browser that this page uses. */
interface Box extends PageElement {
  value: string;
  addEventListener(event: "input", heard: () => void): void;
}
declare const document: {
  getElementById(id: string): Box | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
};

const finder = document.getElementById("finder");
const found = document.getElementById("found");
finder?.addEventListener("input", () => {
  const words = findLanguage(document, finder.value);
  if (found !== null) found.textContent = words;
});

/** Runs in the report: finds languages, and draws every figure, with what is under the pointer told. */
const figures = JSON.parse(document.getElementById("specifications")?.textContent ?? "[]") as {
  kind: string;
  spec: Spec;
}[];
const { call: tooltip } = new Handler({ sanitize: (value) => escapeHtml(String(value)) });
for (const { kind, spec } of figures) {
  const view = new View(parse(spec), {
    renderer: "svg",
    container: `#figure-${kind}`,
    hover: true,
    tooltip,
  });
  void view.runAsync();
}
