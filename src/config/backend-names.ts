/** Names of backends that were given none: each is that of a ledger, of metrics and of a spool's folder, so none is taken twice. */

/** `access/file`, then `access/file-2`, … Adds it to `taken`. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`
  taken.add(name)
  return name
}
