import { byText } from "../../../views/ranking-text.js";
import { type Binding, listBindings } from "../../keys.js";
import { searchBindings } from "./find-language.js";
import { runShown } from "./ranking.js";
import { EXPORT_TOP_K, isOurs, type RunAction, type RunScreen, TABS, type Tab } from "./state.js";

/** The keys of a finished run: those of its tab, and what can be made from it. */
export function runBindings(state: RunScreen): Binding<RunAction>[] {
  const tabs: Binding<RunAction>[] = [
    {
      ...{ keys: ["tab"], does: "tab", inBar: true },
      action: { type: "tab", to: neighbour(state.tab, 1) },
    },
    {
      keys: ["shift-tab"],
      does: "tab before",
      action: { type: "tab", to: neighbour(state.tab, -1) },
    },
    ...TABS.map(
      (to, at): Binding<RunAction> => ({
        ...{ keys: [String(at + 1)], does: to, action: { type: "tab", to } },
      }),
    ),
  ];
  if (state.opened === null) return tabs;
  if (state.search !== null) return searchBindings();
  const ours = isOurs(state.opened.run);
  const by = byText(runShown(state) ?? state.opened.run);
  // What a tab is for comes first: the bar has room for some keys only.
  return [
    ...tabs,
    ...(showsFeatures(state)
      ? [{ keys: ["enter"], does: "open", inBar: true, action: { type: "feature" } as const }]
      : []),
    ...(state.tab === "heatmap" && ours
      ? [
          {
            ...{ keys: ["v"], inBar: true, action: { type: "heatmap" } as const },
            does: state.heatmap === "layers" ? "by feature" : "by layer",
          },
        ]
      : []),
    ...(ranksFeatures(state) ? byLayerAndLanguage(state) : []),
    {
      keys: ["/"],
      does: "find",
      inBar: state.opened.run.meta.languages.length > FEW_LANGUAGES,
      action: { type: "find" },
    },
    ...(showsFeatures(state) ? rowBindings() : []),
    ...(ranksFeatures(state) && ours
      ? [{ keys: ["m"], does: "rank by", inBar: true, action: { type: "measure" } as const }]
      : []),
    ...(["overview", "made from it", "log"].includes(state.tab) ? scrollBindings() : []),
    ...(ours ? [{ keys: ["t"], does: "lab", inBar: true, action: { type: "lab" } as const }] : []),
    {
      keys: ["p"],
      does: by === "" ? "report with all figures" : "report (by v)",
      action: { type: "report" },
    },
    {
      keys: ["e"],
      does: by === "" ? `export CSV (top ${EXPORT_TOP_K})` : `export top ${EXPORT_TOP_K}${by}`,
      action: { type: "export" },
    },
  ];
}

/** Among so many the arrows are quick enough. */
const FEW_LANGUAGES = 20;

/** Whether the tab shows what rankings of layers and languages tell. */
const ranksFeatures = ({ tab }: RunScreen): boolean =>
  tab === "features" || tab === "heatmap" || tab === "layers";

/** Whether each row of the tab is a feature, which can be opened. */
const showsFeatures = ({ tab, heatmap }: RunScreen): boolean =>
  tab === "features" || tab === "layers" || (tab === "heatmap" && heatmap === "features");

const moves = (): Binding<RunAction>[] => listBindings((move) => ({ type: "move", move }));

/** The arrows change the language where features are listed. */
const rowBindings = (): Binding<RunAction>[] =>
  moves().map((binding) => ({
    ...binding,
    keys: binding.keys.filter((key) => key !== "up" && key !== "down"),
    ...(binding.keys.includes("j") ? { shown: "jk", does: "row", inBar: true } : {}),
  }));

const scrollBindings = (): Binding<RunAction>[] =>
  moves().map((binding) =>
    binding.keys.includes("down")
      ? { ...binding, shown: "↑↓", does: "scroll", inBar: true }
      : binding,
  );

const byLayerAndLanguage = ({ tab }: RunScreen): Binding<RunAction>[] => [
  ...(tab === "layers"
    ? []
    : ([
        {
          ...{ keys: ["right", "l"], shown: "←→", does: "layer", inBar: true },
          action: { type: "layer", step: 1 },
        },
        { keys: ["left", "h"], does: "layer before", action: { type: "layer", step: -1 } },
      ] satisfies Binding<RunAction>[])),
  {
    ...{ keys: ["down"], shown: "↑↓", does: "language", inBar: true },
    action: { type: "language", step: 1 },
  },
  { keys: ["up"], does: "language before", action: { type: "language", step: -1 } },
];

const neighbour = (tab: Tab, step: number): Tab =>
  TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] as Tab;
