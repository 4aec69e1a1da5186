import { parentPort } from "node:worker_threads";
import { doPiece } from "./layer-work.js";
import type { Answer, Assignment } from "./threads.js";

/** A thread takes a layer's pieces one after the other, as long as there is one that none has taken. */
parentPort?.on("message", ({ layer, pieces, next }: Assignment) => {
  const answer = (news: Answer) => parentPort?.postMessage(news);
  for (;;) {
    const at = Atomics.add(next, 0, 1);
    const found = pieces[at];
    if (found === undefined) return;
    try {
      answer({ at, result: doPiece(layer, ...found) });
    } catch (error) {
      answer({ at, error });
    }
  }
});
