import { describeFeature } from "../../../features/describe-feature.js";
import { wrapped } from "../../../views/cells.js";
import { describedFeatureLines } from "../../../views/feature-lines.js";
import { type Line, plain } from "../../../views/line.js";
import { bodyHeight, type World } from "../../model.js";
import type { FeatureScreen } from "./state.js";

export function featurePicture(state: FeatureScreen, world: World): Line[] {
  const { at } = state.scroll;
  return featureLines(state, world).slice(at, at + bodyHeight(world));
}

/** Of more languages than these the strongest are shown: the texts stand below them. */
const [MANY, STRONGEST] = [40, 15];

/** Everything that is known of the feature, from top to bottom. */
export function featureLines(
  { run, around, language, rank, ...place }: FeatureScreen,
  world: World,
): Line[] {
  const look = { columns: world.size.columns, colorDepth: world.colorDepth };
  const described = describeFeature(run, place, around.examples);
  const as = { language, rank, measure: run.measure ?? "v" };
  const most = run.meta.languages.length > MANY ? STRONGEST : MANY;
  const lines = describedFeatureLines(described, look, as, most);
  if (around.examplesTrouble === null) return lines;
  const trouble = wrapped(around.examplesTrouble, look.columns - 4);
  return [...lines, ...trouble.map((line) => plain(`  ${line}`, { color: "red" }))];
}
