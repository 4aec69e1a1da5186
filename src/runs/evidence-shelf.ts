import { type Tensor, tensor } from "../engine/safetensors.js";
import type { EvidenceShelf } from "../evidence.js";
import type { PermutationTest } from "../reduce/permutation-test.js";
import {
  type EvidenceFacts,
  evidenceMetadata,
  evidenceTensors,
  type LayerEvidence,
} from "./evidence-file.js";
import { RUN_FILES } from "./files.js";
import type { SealedWriter } from "./sealed-writer.js";
import type { RunStore } from "./store.js";

/** Tests wait in a file of their own, and the evidence in what becomes the run's. */
export class EvidenceOnDisk implements EvidenceShelf {
  private readonly evidence: SealedWriter;
  private readonly tests: SealedWriter;
  /** By layer: how many languages are tested. */
  private readonly tested = new Map<number, number>();

  constructor(store: RunStore) {
    this.evidence = store.beginSealed(RUN_FILES.evidence);
    this.tests = store.beginSealed(RUN_FILES.evidence);
  }

  put(layer: number, evidence: LayerEvidence, test: PermutationTest | null): void {
    for (const [name, each] of evidenceTensors(layer, evidence)) this.evidence.put(name, each);
    if (test === null) return;
    this.tested.set(layer, test.languages);
    for (const [name, each] of testTensors(test)) this.tests.put(`${layer}.${name}`, each);
  }

  testOf(layer: number): PermutationTest | null {
    const languages = this.tested.get(layer);
    if (languages === undefined) return null;
    const numbers = (name: string) => this.tests.take(`${layer}.${name}`, "F64");
    return {
      ...{ languages, statistic: numbers("statistic"), p: numbers("p"), maxima: numbers("maxima") },
      feature: this.tests.take(`${layer}.feature`, "U32"),
    };
  }

  putChances(layer: number, { p, q }: Pick<LayerEvidence, "p" | "q">): void {
    for (const [name, data] of Object.entries({ p, q }))
      this.evidence.replace(`layer.${layer}.${name}`, data);
  }

  async finish(facts: EvidenceFacts): Promise<void> {
    await this.evidence.finish(evidenceMetadata(facts));
  }

  /** Takes away what is not finished. */
  close(): void {
    this.evidence.close();
    this.tests.close();
  }
}

const testTensors = ({
  statistic,
  p,
  maxima,
  feature,
}: PermutationTest): [name: string, Tensor][] => [
  ["statistic", tensor("F64", [statistic.length], statistic)],
  ["p", tensor("F64", [p.length], p)],
  ["maxima", tensor("F64", [maxima.length], maxima)],
  ["feature", tensor("U32", [feature.length], feature)],
];
