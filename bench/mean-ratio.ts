/**
 * The geometric mean of ratios and its 95 % bounds, in words. 2.145: Student's t for fifteen of them; with more it is a little too careful,
 * with fewer too bold.
 */
export function meanRatio(ratios: readonly number[]): string {
  const logs = ratios.map(Math.log)
  const middle = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const variance = logs.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (logs.length - 1)
  const margin = 2.145 * Math.sqrt(variance / logs.length)
  const [mean, low, high] = [middle, middle - margin, middle + margin].map((log) => Math.exp(log).toFixed(3))
  return `${mean} times (95 %: ${low} to ${high}, ${ratios.length} pairs)`
}
