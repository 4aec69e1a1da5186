/** What a dictionary makes of one language at its layer, over tokens that are neither special nor at the first position. */
export interface Rebuilt {
  /** Those whose numbers are finite; and the others, which are in none of the sums. */
  tokens: number;
  not_finite: number;
  /** Active (token, feature) pairs. */
  active: number;
  /** Σ‖y − y′‖², where y is the tensor that is rebuilt as y′; 0 where the dictionary does not say which. */
  error: number;
  /** Σ‖y − mean(y)‖², the mean over all tokens of the language. */
  variance: number;
}

/** The same of one batch: `deviation` is around the batch's own mean f64 [d]. */
export interface RebuiltBatch extends Omit<Rebuilt, "variance"> {
  deviation: number;
  mean: Float64Array;
}

/** Adds batches up; the order and the cut of the batches change nothing but the last digits. */
export class RunningRebuilt {
  private readonly sums: Rebuilt = { tokens: 0, not_finite: 0, active: 0, error: 0, variance: 0 };
  private mean = new Float64Array(0);

  /** @throws Error for a batch of another width */
  add({ tokens, not_finite, active, error, deviation, mean }: RebuiltBatch): void {
    const { sums } = this;
    sums.not_finite += not_finite;
    if (tokens === 0) return;
    if (sums.tokens === 0) this.mean = new Float64Array(mean.length);
    if (mean.length !== this.mean.length)
      throw new Error(`a batch is ${mean.length} wide, those before it ${this.mean.length}`);
    // Chan, Golub and LeVeque (1979): deviations around two means, put together.
    const all = sums.tokens + tokens;
    let between = 0;
    for (const [at, own] of mean.entries()) {
      const apart = own - (this.mean[at] as number);
      between += apart * apart;
      this.mean[at] = (this.mean[at] as number) + (apart * tokens) / all;
    }
    sums.variance += deviation + (between * sums.tokens * tokens) / all;
    sums.tokens = all;
    sums.active += active;
    sums.error += error;
  }

  finish(): Rebuilt {
    return { ...this.sums };
  }
}

/** Fraction of variance unexplained, Σ‖y − y′‖² / Σ‖y − mean(y)‖²: 0 is perfect, 1 is as good as a constant. Null: not to be told. */
export const fvuOf = ({ error, variance }: Pick<Rebuilt, "error" | "variance">): number | null =>
  variance > 0 ? error / variance : null;

/** Mean number of active features per token; null without a token. */
export const l0Of = ({ active, tokens }: Pick<Rebuilt, "active" | "tokens">): number | null =>
  tokens > 0 ? active / tokens : null;

/** Losses of the same texts, in nats per predicted token, with another tensor in the place of the one that is rebuilt. */
export interface SplicedLosses {
  as_is: number;
  rebuilt: number;
  zero: number;
}

/**
 * Share of the cross-entropy that the rebuilt tensor recovers, (H_zero − H_rebuilt) / (H_zero − H_as_is), as in Gao et al. 2024 and
 * SAEBench: 1 is as good as the model's own tensor, 0 as bad as zeros. Null where zeros cost nothing: then nothing can be recovered.
 */
export const recoveredOf = ({ as_is, rebuilt, zero }: SplicedLosses): number | null =>
  zero - as_is > 1e-6 ? (zero - rebuilt) / (zero - as_is) : null;

/** From this FVU on a dictionary is said not to rebuild a language: more is left over than explained. */
export const NOT_REBUILT = 0.5;
