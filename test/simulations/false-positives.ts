// How often features that are alike in all languages are found. Run: npx esbuild test/simulations/false-positives.ts --bundle --platform=node --format=esm | node --input-type=module - DATA-SETS UNITS parallel|apart
import { falseDiscoveryQ } from "../../src/reduce/false-discovery.js";
import { familyWiseP } from "../../src/reduce/family-wise.js";
import { featureColumns } from "../../src/reduce/feature-columns.js";
import { labelPermutations } from "../../src/reduce/label-permutations.js";
import { permutationTest } from "../../src/reduce/permutation-test.js";
import { textUnits } from "../../src/reduce/text-units.js";
import { feature, type PlantedFeature, plantedLayer } from "../fixtures/planted-layer.js";

const LANGUAGES = 10;
const PERMUTATIONS = 999;
const FIRING = [1, 0.5, 0.2, 0.05, 0.01];
const NULLS = FIRING.flatMap((firing) =>
  [0.1, 1, 10, 100].map((size) => feature(LANGUAGES, firing, size)),
);
/** Features of one language, two of each: enough for q, which is at least the number of tests / (B + 1) / that of discoveries. */
const PLANTED: PlantedFeature[] = Array.from({ length: 2 * LANGUAGES }, (_, at) =>
  feature(LANGUAGES, 0.5, 1, { [at % LANGUAGES]: 5 }),
);

const [sets, units, how] = process.argv.slice(-3);
const isParallel = how === "parallel";
if (!(Number(sets) > 0 && Number(units) > 1 && (isParallel || how === "apart")))
  throw new Error(`found ${sets} ${units} ${how}, expected DATA-SETS UNITS parallel|apart`);

function testOf(features: readonly PlantedFeature[], seed: number) {
  const { languages, ids } = plantedLayer(features, { units: Number(units), seed, isParallel });
  const columns = featureColumns(languages, "token");
  const drawn = labelPermutations(columns, textUnits(columns, isParallel ? ids : null), {
    seed,
    permutations: PERMUTATIONS,
  });
  const result = permutationTest(columns, drawn);
  return { ...result, familyWise: familyWiseP(result.statistic, result.maxima) };
}

const raw = FIRING.map(() => ({ found: 0, all: 0 }));
let [anyNull, anyNullBeside, found, falseShare] = [0, 0, 0, 0];
for (let set = 0; set < Number(sets); set++) {
  const nulls = testOf(NULLS, 90_000 + set);
  if (nulls.familyWise.some((p) => p <= 0.05)) anyNull += 1;
  for (const [at, p] of nulls.p.entries()) {
    const f = nulls.feature[Math.floor(at / LANGUAGES)] as number;
    const count = raw[Math.floor(f / 4)] as (typeof raw)[number];
    count.all += 1;
    if (p <= 0.05) count.found += 1;
  }
  const mixed = testOf([...NULLS, ...PLANTED], 90_000 + set);
  const q = falseDiscoveryQ(mixed.p);
  let [isAny, discoveries, wrong] = [false, 0, 0];
  for (const [at, p] of mixed.familyWise.entries()) {
    const f = mixed.feature[Math.floor(at / LANGUAGES)] as number;
    const isNull = f < NULLS.length;
    if (isNull && p <= 0.05) isAny = true;
    if (!isNull && (f - NULLS.length) % LANGUAGES === at % LANGUAGES && p <= 0.05) found += 1;
    if ((q[at] as number) <= 0.05)
      [discoveries, wrong] = [discoveries + 1, wrong + (isNull ? 1 : 0)];
  }
  if (isAny) anyNullBeside += 1;
  falseShare += discoveries === 0 ? 0 : wrong / discoveries;
}
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const all = Number(sets);
console.log(`${sets} data sets of ${units} units in ${LANGUAGES} languages, ${how}, nominal 5 %`);
console.log(`family-wise, ${NULLS.length} nulls alone: ${percent(anyNull / all)}`);
console.log(`family-wise, nulls beside ${PLANTED.length} planted: ${percent(anyNullBeside / all)}`);
console.log(`planted ones found family-wise: ${percent(found / all / PLANTED.length)}`);
console.log(`share of nulls among discoveries at q ≤ 0.05: ${percent(falseShare / all)}`);
for (const [at, { found: count, all: tests }] of raw.entries())
  console.log(
    `raw p ≤ 0.05, firing on ${percent(FIRING[at] as number)} of texts: ${percent(count / tests)}`,
  );
