import { expect, it } from "vitest";
import { describeFidelity } from "../../src/fidelity/describe-fidelity.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const languages = ["eng_Latn", "tha_Thai"];
const run = runOf(metaOf({ languages, layers: [1, 2] }), {
  1: [
    [1, 2, 0],
    [-1, -2, 0],
  ],
  2: [
    [1, 2, 0],
    [-1, -2, 0],
  ],
});
const statistics = run.statistics.get(1);
statistics?.activeFraction.set([0.5, 0.25, 0, 0.125, 0, 0]);
const fidelity = fidelityOf(languages, [1, 2], ["1 tha_Thai"]);
const entry = fidelity.layers[0]?.languages.eng_Latn;
if (entry !== undefined) entry.losses = { texts: 3, as_is: 2, rebuilt: 2.5, zero: 4 };

it("puts what was rebuilt beside what fires in the whole run", () => {
  const [layer] = describeFidelity({ ...run, fidelity });
  expect(layer).toMatchObject({ layer: 1, dead_share: 1 / 3, rebuilds: "out" });
  expect(layer?.languages).toEqual([
    {
      ...{ language: "eng_Latn", texts: 8, fvu: 0.1, l0_checked: 20, l0: 0.75 },
      ...{ silent_share: 1 / 3, is_rebuilt: true },
      ce: { texts: 3, as_is: 2, rebuilt: 2.5, zero: 4, recovered: 0.75 },
    },
    {
      ...{ language: "tha_Thai", texts: 8, fvu: 0.75, l0_checked: 20, l0: 0.125 },
      ...{ silent_share: 2 / 3, is_rebuilt: false, ce: null },
    },
  ]);
});

it("of one layer alone, where that is asked for", () => {
  expect(describeFidelity({ ...run, fidelity }, 2).map(({ layer }) => layer)).toEqual([2]);
});
