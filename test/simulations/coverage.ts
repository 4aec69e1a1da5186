// How often 95 % intervals of v hold its true value, by construction and feature. Run: npx esbuild test/simulations/coverage.ts --bundle --platform=node --format=esm | node --input-type=module - DATA-SETS UNITS parallel|apart
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { type Contrast, FeatureResamples } from "../../src/reduce/feature-resamples.js";
import { scoreIntervals } from "../../src/reduce/score-intervals.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { unitResamples } from "../../src/reduce/unit-resamples.js";
import {
  feature,
  type PlantedFeature,
  plantedLayer,
  trueMeans,
  trueV,
} from "../fixtures/planted-layer.js";

const LANGUAGES = 10;
const heavy = { shared: 0.6, own: 0.8 };
const own = { 0: 3 };
const two = { 0: 3, 1: 3 };
const graded = { sizes: [3, 2.5, 2, 2, 1.5, 1.5, 1, 1, 0.5, 0.5], firing: 1 };
/** What v of the first language is measured on. */
const FEATURES: [name: string, feature: PlantedFeature][] = [
  ["fires on 100 %, 3 times as much on its own", feature(LANGUAGES, 1, 1, own)],
  ["50 %, 3 times", feature(LANGUAGES, 0.5, 1, own)],
  ["20 %, 3 times", feature(LANGUAGES, 0.2, 1, own)],
  ["50 %, on its own alone", feature(LANGUAGES, 0.5, 0, { 0: 1 })],
  ["20 %, on its own alone", feature(LANGUAGES, 0.2, 0, { 0: 1 })],
  ["100 %, alike in all", feature(LANGUAGES, 1, 1)],
  ["50 %, alike in all", feature(LANGUAGES, 0.5, 1)],
  ["20 %, alike in all", feature(LANGUAGES, 0.2, 1)],
  ["50 %, 3 times on its own and another", feature(LANGUAGES, 0.5, 1, two)],
  ["50 %, 3 times on another", feature(LANGUAGES, 0.5, 1, { 1: 3 })],
  ["100 %, graded", graded],
  ["50 %, 3 times, heavy tail", { ...feature(LANGUAGES, 0.5, 1, own), ...heavy }],
  ["20 %, 3 times, heavy tail", { ...feature(LANGUAGES, 0.2, 1, own), ...heavy }],
  ["5 %, 3 times", feature(LANGUAGES, 0.05, 1, own)],
  ["5 %, on its own alone", feature(LANGUAGES, 0.05, 0, { 0: 1 })],
];

const [sets, units, how] = process.argv.slice(-3);
const isParallel = how === "parallel";
if (!(Number(sets) > 0 && Number(units) > 1 && (isParallel || how === "apart")))
  throw new Error(`found ${sets} ${units} ${how}, expected DATA-SETS UNITS parallel|apart`);

type Ends = [lo: number, hi: number];
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[
    Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))
  ] as number;

/** Φ, to 1.5e-7 (Abramowitz & Stegun 7.1.26). */
function normalShare(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp((-z * z) / 2)) / 2;
  return z < 0 ? tail : 1 - tail;
}

function normalQuantile(share: number): number {
  let [below, above] = [-8, 8];
  while (above - below > 1e-9) {
    const middle = (below + above) / 2;
    if (normalShare(middle) < share) below = middle;
    else above = middle;
  }
  return below;
}

/** Efron 1987: bias-corrected and accelerated. */
function bca({ value, influence }: Contrast, sorted: Float64Array): Ends {
  const below =
    sorted.filter((each) => each < value).length +
    sorted.filter((each) => each === value).length / 2;
  const z0 = normalQuantile(Math.min(0.9999, Math.max(0.0001, below / sorted.length)));
  let [squares, cubes] = [0, 0];
  for (const u of influence) [squares, cubes] = [squares + u * u, cubes + u ** 3];
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const end = (z: number) =>
    quantile(sorted, normalShare(z0 + (z0 + z) / (1 - acceleration * (z0 + z))));
  return [end(-1.96), end(1.96)];
}

/** By name, each construction's interval of a contrast. */
function constructions(contrast: Contrast): Record<string, Ends> {
  const { value, standardError, studentised } = contrast;
  const sorted = contrast.resampled.filter((each) => !Number.isNaN(each)).sort();
  const t = studentised.filter((each) => !Number.isNaN(each)).sort();
  const size = quantile(t.map(Math.abs).sort(), 0.95);
  const [lo, hi] = [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  return {
    percentile: [lo, hi],
    basic: [2 * value - hi, 2 * value - lo],
    normal: [value - 1.96 * standardError, value + 1.96 * standardError],
    BCa: bca(contrast, sorted),
    "bootstrap-t": [
      value - quantile(t, 0.975) * standardError,
      value - quantile(t, 0.025) * standardError,
    ],
    "symmetric t": [value - size * standardError, value + size * standardError],
  };
}

class Coverage {
  private readonly counts = { below: 0, above: 0, all: 0, none: 0 };
  add(ends: Ends | null, truth: number): void {
    this.counts.all += 1;
    if (ends === null) this.counts.none += 1;
    else if (truth < ends[0]) this.counts.below += 1;
    else if (truth > ends[1]) this.counts.above += 1;
  }
  toString(): string {
    const { below, above, all, none } = this.counts;
    const share = (count: number) => ((100 * count) / (all - none)).toFixed(1);
    const missing = none === 0 ? "" : `, ${none} none`;
    return `${share(all - none - below - above)} (${share(below)}, ${share(above)}${missing})`;
  }
}

const table = new Map(FEATURES.map(([name]) => [name, new Map<string, Coverage>()]));
for (let set = 0; set < Number(sets); set++) {
  const layer = plantedLayer(
    FEATURES.map(([, each]) => each),
    { units: Number(units), seed: 50_000 + set, isParallel },
  );
  const columns = featureColumns(layer.languages, "token");
  const drawn = unitResamples(columns, textUnits(columns, isParallel ? layer.ids : null), {
    seed: set,
  });
  for (const [f, [name, planted]] of FEATURES.entries()) {
    const row = table.get(name) as Map<string, Coverage>;
    const note = (construction: string, ends: Ends | null, truth: number) => {
      if (!row.has(construction)) row.set(construction, new Coverage());
      row.get(construction)?.add(ends, truth);
    };
    const contrast = new FeatureResamples(columns, drawn, f).v(0);
    for (const [construction, ends] of Object.entries(constructions(contrast)))
      note(construction, ends, trueV(planted, 0));
    const [estimate] = scoreIntervals(columns, drawn, [{ feature: f, language: 0 }]);
    const { vInterval, marginInterval } = estimate as NonNullable<typeof estimate>;
    const [mean, ...others] = trueMeans(planted) as [number, ...number[]];
    note("further t (ours)", vInterval && [vInterval.lo, vInterval.hi], trueV(planted, 0));
    note(
      "margin (ours)",
      marginInterval && [marginInterval.lo, marginInterval.hi],
      mean - Math.max(...others),
    );
  }
}
console.log(`${sets} data sets of ${units} units in ${LANGUAGES} languages, ${how}`);
console.log("% of intervals that hold the truth (truth below, above, no interval)\n");
for (const [name, row] of table) {
  console.log(name);
  for (const [construction, coverage] of row)
    console.log(`  ${construction.padEnd(20)} ${coverage}`);
}
