/** Percentiles of some numbers, by nearest rank: one of the numbers, never something between two of them. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!
}

/** What the tables of times show: p50, p99, p99.9, the highest; milliseconds. */
export function tail(numbers: readonly number[]): string {
  return [50, 99, 99.9, 100].map((percent) => percentile(numbers, percent).toFixed(1)).join(' | ')
}
