import { z } from "zod";
import { type TakeTensor, type Tensor, takeTensor, tensor } from "../engine/safetensors.js";
import { joinTexts, type TextSum } from "../reduce/joined-texts.js";
import { Room } from "../room.js";
import { decodeSealed, encodeSealed } from "./sealed-file.js";
import { writeSealed } from "./sealed-writer.js";
import { type LanguageSums, Provenance, TextFact, takeTexts, textTensors } from "./sums-file.js";

/** No schema of a whole language's sums: whoever takes a part for a run finds that it is none. */
const SCHEMA = "part-1";

const PartMetadata = z.strictObject({
  schema: z.literal(SCHEMA),
  language: z.string(),
  layers: z.string(),
  provenance: z.string(),
  texts: z.string(),
});

/** What a part of a run has of one language: the sums of some of its texts, each by itself. */
export interface PartSums<Texts extends Iterable<TextSum> = TextSum[]> {
  language: string;
  provenance: Provenance;
  /** All T texts of the language, in corpus order, and all tokens of each. */
  texts: LanguageSums["texts"];
  tokens: Uint32Array;
  /** The P texts that are here, by their index, ascending; and counted tokens of each. */
  own: Uint32Array;
  counted: Uint32Array;
  /** By layer, in config order: width of its dictionary, and the P texts' sums. */
  layers: Map<number, { features: number; texts: Texts }>;
}

type AnySums = PartSums<Iterable<TextSum>>;

export const encodePartSums = (sums: AnySums): Uint8Array =>
  encodeSealed(new Map(partTensors(sums)), partMetadata(sums));

/** The same bytes as a file, with one layer in memory at a time. See `writeSumsFile`. */
export const writePartSumsFile = (
  path: string,
  sums: AnySums,
  onRead?: () => void,
): Promise<void> => writeSealed(path, partTensors(sums, new Room()), partMetadata(sums), onRead);

function* partTensors(
  { own, counted, tokens, layers }: AnySums,
  room?: Room,
): Generator<[name: string, Tensor], void, void> {
  yield ["own_texts", tensor("U32", [own.length], own)];
  yield ["counted_tokens", tensor("U32", [counted.length], counted)];
  yield ["tokens", tensor("U32", [tokens.length], tokens)];
  for (const [layer, { features, texts }] of layers) {
    yield* textTensors(layer, joinTexts(features, texts, room));
    yield* firstTensors(layer, texts);
  }
}

const partMetadata = ({ language, layers, provenance, texts }: AnySums) => ({
  schema: SCHEMA,
  language,
  layers: JSON.stringify([...layers.keys()]),
  provenance: JSON.stringify(provenance),
  texts: JSON.stringify(texts),
});

/** What the texts have at their first position, which a run's sums have over all texts alone: CSR over the P texts. */
function firstTensors(layer: number, texts: Iterable<TextSum>): [name: string, Tensor][] {
  const at = `layer.${layer}.first_`;
  const ends = [0];
  for (const { first } of texts) ends.push((ends.at(-1) as number) + first.feature.length);
  const indptr = Uint32Array.from(ends);
  const total = ends.at(-1) as number;
  const feature = new Uint32Array(total);
  const [value, uncounted] = [new Float32Array(total), new Float32Array(total)];
  let text = 0;
  for (const { first } of texts) {
    const from = indptr[text++];
    feature.set(first.feature, from);
    value.set(first.value, from);
    uncounted.set(first.uncounted, from);
  }
  return [
    [`${at}indptr`, tensor("U32", [indptr.length], indptr)],
    [`${at}feature`, tensor("U32", [total], feature)],
    [`${at}value`, tensor("F32", [total], value)],
    [`${at}uncounted`, tensor("F32", [total], uncounted)],
  ];
}

/** @throws SafetensorsError or ZodError where the bytes are not whole sums of a part. */
export function decodePartSums(bytes: Uint8Array): PartSums {
  const blob = decodeSealed(bytes);
  const take: TakeTensor = (name, dtype, shape) => takeTensor(blob, name, dtype, shape);
  const metadata = PartMetadata.parse(blob.metadata);
  const texts = z.array(TextFact).parse(JSON.parse(metadata.texts));
  const layers = z.array(z.int()).parse(JSON.parse(metadata.layers));
  const own = take("own_texts", "U32");
  return {
    language: metadata.language,
    provenance: Provenance.parse(JSON.parse(metadata.provenance)),
    texts,
    tokens: take("tokens", "U32", [texts.length]),
    own,
    counted: take("counted_tokens", "U32", [own.length]),
    layers: new Map(layers.map((layer) => [layer, layerOf(take, layer, own.length)])),
  };
}

function layerOf(take: TakeTensor, layer: number, texts: number) {
  const { features, indptr, feature, sum, active, max, where } = takeTexts(take, layer, texts);
  const at = `layer.${layer}.first_`;
  const firsts = take(`${at}indptr`, "U32", [texts + 1]);
  const pairs = [firsts.at(-1) as number];
  const first = {
    feature: take(`${at}feature`, "U32", pairs),
    value: take(`${at}value`, "F32", pairs),
    uncounted: take(`${at}uncounted`, "F32", pairs),
  };
  return {
    features,
    texts: Array.from({ length: texts }, (_, text): TextSum => {
      const [from, to] = [indptr[text], indptr[text + 1]];
      const [fromFirst, toFirst] = [firsts[text], firsts[text + 1]];
      return {
        feature: feature.subarray(from, to),
        sum: sum.subarray(from, to),
        active: active.subarray(from, to),
        max: max.subarray(from, to),
        where: where.subarray(from, to),
        first: {
          feature: first.feature.subarray(fromFirst, toFirst),
          value: first.value.subarray(fromFirst, toFirst),
          uncounted: first.uncounted.subarray(fromFirst, toFirst),
        },
      };
    }),
  };
}
