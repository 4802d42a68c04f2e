/** The metadata that routes, clusters, hosts, listeners and their kin carry: one shape, with values of every kind that tell who has it. */
import type { Json } from '../clusters.ts'

export const metadataNamespace = 'cert.ns'

/** `number`: 1 to 3; each gives other values to every key, as far as there are three. */
export function metadata(who: string, number: 1 | 2 | 3): { readonly metadata: Json } {
  return { metadata: { filter_metadata: { [metadataNamespace]: values(who, number) } } }
}

function values(who: string, number: 1 | 2 | 3): Json {
  return {
    s: `${number} of ${who}: é "quoted"`,
    n: [5, 1.5, 100_000][number - 1],
    b: number !== 2,
    o: { deep: `${who} ${number} deep`, list: [1, 'two', { k: number }], z: null },
    l: [number, who, false, null],
    e: ['', ' ', '-'][number - 1],
  }
}

/** The same for dynamic metadata, by the request header `x-meta`. Lua has no null, so that one comes from another filter. */
export const dynamicMetadataByLua = `
function envoy_on_request(handle)
  local number = tonumber(handle:headers():get("x-meta") or "")
  if number == nil then return end
  local dynamic = handle:streamInfo():dynamicMetadata()
  local set = function(key, value) dynamic:set("${metadataNamespace}", key, value) end
  set("s", number .. ' of dynamic: é "quoted"')
  set("n", ({ 5, -0.25, 12345678901234567890 })[number])
  set("f", ({ 1.5, 100000, 0.0000001 })[number])
  set("b", number ~= 2)
  set("o", { deep = "deep " .. number, list = { 1, "two", { k = number } } })
  set("l", { number, "x", false })
  set("e", ({ "", " ", "-" })[number])
end
`
