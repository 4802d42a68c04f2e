/**
 * Versions of Kuma, as far as its policies differ: of each release only major and minor count. Rules that hold from one version to another
 * are written with `since` and `until`.
 */

/** In the order of their release. The last one is Kuma's main branch, which is not released. */
export const kumaVersions = [
  '2.2',
  '2.3',
  '2.4',
  '2.5',
  '2.6',
  '2.7',
  '2.8',
  '2.9',
  '2.10',
  '2.11',
  '2.12',
  '2.13',
  '2.14',
  '3.0-dev',
] as const

export type KumaVersion = (typeof kumaVersions)[number]

/** The newest release. */
export const kumaVersionDefault: KumaVersion = '2.14'

/** `2.14`, `v2.14.3`, `3.0`, `3.0-dev`. Null: a version that nobody knows; `kumaVersions` lists the others. */
export function parseKumaVersion(text: string): KumaVersion | null {
  const number = /^v?(\d+\.\d+)(?:[.-].*)?$/.exec(text.trim())?.[1]
  return kumaVersions.find((version) => version === number || version === `${number}-dev`) ?? null
}

/** Whether `version` is `first` or later. */
export function since(version: KumaVersion, first: KumaVersion): boolean {
  return kumaVersions.indexOf(version) >= kumaVersions.indexOf(first)
}

/** Whether `version` is `last` or earlier. */
export function until(version: KumaVersion, last: KumaVersion): boolean {
  return kumaVersions.indexOf(version) <= kumaVersions.indexOf(last)
}
