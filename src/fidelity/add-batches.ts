import type { RebuiltLayer } from "../engine/fidelity-jobs.js";
import { RunningRebuilt } from "../reduce/rebuilt.js";

/** What dictionaries made of all batches, by layer, with the facts that each batch tells of it. */
export async function addedUp<Part extends RebuiltLayer>(
  batches: AsyncIterable<readonly Part[]>,
): Promise<Map<number, { facts: Part; running: RunningRebuilt }>> {
  const found = new Map<number, { facts: Part; running: RunningRebuilt }>();
  for await (const layers of batches)
    for (const facts of layers) {
      const entry = found.get(facts.layer) ?? { facts, running: new RunningRebuilt() };
      entry.running.add(facts);
      found.set(facts.layer, entry);
    }
  return found;
}
