import type { FeatureCells } from "./feature-cells.js";
import { type LabelPermutations, strataEnds } from "./label-permutations.js";

/** Of a variance that is a difference of sums, less than this share of them is rounding. */
const ROUNDING = 1e-12;

/**
 * The standard error of v under permutations of labels, σ0(f, L): the same for a feature and any permutation of its labels, so that
 * a test of t = v / σ0 is exact, and in closed form.
 *
 * To first order μ(f, L) is R + Σ e_c / D_L over the cells c with label L, with R = Σ x / Σ w of all cells, e_c = x_c − R w_c and
 * D_L the weight that L has on average. So v is Σ over all cells of a(label) e, with a = 1 / D_L on L and −1 / ((K − 1) D_L′)
 * elsewhere, and its variance over the permutations of strata i of m_i cells is
 *
 *   σ0² = Σ_i Σ_c (a_c − ā_i)² · Σ_c (e_c − ē_i)² / (m_i − 1)
 *
 * (Hoeffding 1951, A combinatorial central limit theorem). To the same order the mean of μ(f, L) over the permutations is
 * Σ_i (n_iL / m_i) Σ_c x_c / D_L with n_iL cells of L in stratum i: not the same for all languages where some have units that the
 * others lack, whose labels nothing can exchange.
 */
export class NullScale {
  private readonly cells: Float64Array;
  private readonly weight: Float64Array;
  /** [strata, K]: Σ_c (a_c − ā_i)² / (m_i − 1), 0 for a stratum of one cell. */
  private readonly spread: Float64Array;
  /** By language, Σ_i of spread × (Σ w² − (Σ w)² / m), and of spread × Σ w². */
  private readonly ofWeights: Float64Array;
  private readonly grossOfWeights: Float64Array;
  private readonly totalWeight: number;
  /** [strata, K]: n_iL / (m_i D_L). */
  private readonly share: Float64Array;
  private readonly x: Float64Array;
  private readonly squares: Float64Array;
  private readonly cross: Float64Array;

  constructor(private readonly labels: LabelPermutations) {
    const { languages, labelOf, weightOf, stratumOf } = labels;
    const ends = strataEnds(stratumOf);
    const strata = ends.length;
    this.cells = Float64Array.from(ends, (end, i) => end - (i === 0 ? 0 : (ends[i - 1] as number)));
    this.weight = new Float64Array(strata);
    const weightSquares = new Float64Array(strata);
    /** [strata, K]: cells of a label. */
    const counts = new Float64Array(strata * languages);
    for (const [c, i] of stratumOf.entries()) {
      const w = weightOf[c] as number;
      this.weight[i] = (this.weight[i] as number) + w;
      weightSquares[i] = (weightSquares[i] as number) + w * w;
      const at = i * languages + (labelOf[c] as number);
      counts[at] = (counts[at] as number) + 1;
    }
    this.totalWeight = this.weight.reduce((sum, w) => sum + w, 0);
    const expected = new Float64Array(languages);
    for (const [at, n] of counts.entries()) {
      const i = Math.floor(at / languages);
      const l = at % languages;
      expected[l] =
        (expected[l] as number) + (n * (this.weight[i] as number)) / (this.cells[i] as number);
    }
    const spreadOf = (i: number, language: number): number => {
      const m = this.cells[i] as number;
      let [sum, squares] = [0, 0];
      for (let l = 0; l < languages; l++) {
        const n = counts[i * languages + l] as number;
        const a = (l === language ? 1 : -1 / (languages - 1)) / (expected[l] as number);
        sum += n * a;
        squares += n * a * a;
      }
      return m < 2 ? 0 : Math.max(0, squares - (sum * sum) / m) / (m - 1);
    };
    this.share = counts.map((n, at) => {
      const m = this.cells[Math.floor(at / languages)] as number;
      return n / m / (expected[at % languages] as number);
    });
    this.spread = Float64Array.from({ length: strata * languages }, (_, at) =>
      spreadOf(Math.floor(at / languages), at % languages),
    );
    this.ofWeights = new Float64Array(languages);
    this.grossOfWeights = new Float64Array(languages);
    for (const [at, spread] of this.spread.entries()) {
      const i = Math.floor(at / languages);
      const l = at % languages;
      const gross = weightSquares[i] as number;
      const net = gross - (this.weight[i] as number) ** 2 / (this.cells[i] as number);
      this.ofWeights[l] = (this.ofWeights[l] as number) + spread * net;
      this.grossOfWeights[l] = (this.grossOfWeights[l] as number) + spread * gross;
    }
    this.x = new Float64Array(strata);
    this.squares = new Float64Array(strata);
    this.cross = new Float64Array(strata);
  }

  /** By language: σ0 of a feature, 0 where no permutation of labels changes v but by rounding; and the mean of its means. */
  of({ cell, x }: FeatureCells): { sigma: Float64Array; mean: Float64Array } {
    const { languages, stratumOf, weightOf } = this.labels;
    const touched: number[] = [];
    let total = 0;
    for (let at = 0; at < cell.length; at++) {
      const c = cell[at] as number;
      const i = stratumOf[c] as number;
      const value = x[at] as number;
      if (this.squares[i] === 0) touched.push(i);
      total += value;
      this.x[i] = (this.x[i] as number) + value;
      this.squares[i] = (this.squares[i] as number) + value * value;
      this.cross[i] = (this.cross[i] as number) + value * (weightOf[c] as number);
    }
    const ratio = total / this.totalWeight;
    const variance = this.ofWeights.map((w) => ratio * ratio * w);
    const gross = this.grossOfWeights.map((w) => ratio * ratio * w);
    const mean = new Float64Array(languages);
    for (const i of touched) {
      const m = this.cells[i] as number;
      const sum = this.x[i] as number;
      const squares = this.squares[i] as number;
      const cross = this.cross[i] as number;
      const net =
        squares - (sum * sum) / m - 2 * ratio * (cross - (sum * (this.weight[i] as number)) / m);
      const size = squares + 2 * Math.abs(ratio * cross);
      for (let l = 0; l < languages; l++) {
        const spread = this.spread[i * languages + l] as number;
        variance[l] = (variance[l] as number) + spread * net;
        gross[l] = (gross[l] as number) + spread * size;
        mean[l] = (mean[l] as number) + (this.share[i * languages + l] as number) * sum;
      }
      this.x[i] = 0;
      this.squares[i] = 0;
      this.cross[i] = 0;
    }
    return {
      sigma: variance.map((v, l) => (v <= ROUNDING * (gross[l] as number) ? 0 : Math.sqrt(v))),
      mean,
    };
  }
}
