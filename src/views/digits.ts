/** Three digits after the point, or exponent form where those would say nothing. */
export function digits(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : value.toFixed(3);
}

/** A number in at most six characters. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return value.toExponential(0);
  return size >= 1000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(1)
      : size >= 10
        ? value.toFixed(2)
        : digits(value);
}

/** From the least to the most of some numbers. */
export function rangeText(numbers: readonly number[]): string {
  const [fewest, most] = [Math.min(...numbers), Math.max(...numbers)];
  return fewest === most ? String(most) : `${fewest}–${most}`;
}
