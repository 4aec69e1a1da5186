import { parse, type Spec, View } from "vega";
import { Handler } from "vega-tooltip";
import { escapeHtml } from "./page.js";

/** The part of a browser that this page uses. */
declare const document: { getElementById(id: string): { textContent: string } | null };

/** Runs in the report: draws every figure, with what is under the pointer told. */
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
