/**
 * What `policy inspect` found, for people.
 *
 *     Dataplane shop-01 in mesh default, by the rules of Kuma 2.14.
 *
 *     Policies, the weakest first
 *       all   Mesh                base.yaml
 *       shop  Dataplane app=shop  shop.yaml
 *
 *     outbound:127.0.0.1:10001  OUTBOUND, http, to payments
 *       shop/to[0], over all/to[0]
 *         File /var/log/shop.log
 *           [%START_TIME%] %RESPONSE_CODE%
 */
import type { InspectedListener, InspectedLogger, Inspection, When } from './inspection.ts'

export function printInspection(inspection: Inspection, headline: string, { colour }: { colour: boolean }): string {
  const { policies, listeners, warnings } = inspection
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[0m` : text)
  const sections = [
    [headline],
    policies.length === 0
      ? ['No policy is for it.']
      : [
          bold('Policies, the weakest first'),
          ...columns(policies.map(({ name, targetRef, file }) => [name, targetRef, file])),
        ],
    ...listeners.map((listener) => listenerLines(listener, bold)),
    ...(warnings.length > 0 ? [[bold('Mind'), ...warnings.map((warning) => `  ${warning}`)]] : []),
  ]
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), [])
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd())
}

function listenerLines(listener: InspectedListener, bold: (text: string) => string): string[] {
  const { direction, protocol, values, loggers, silences } = listener
  const destination = direction === 'OUTBOUND' ? `, to ${values.destinationService ?? 'unknown'}` : ''
  const head = `${bold(listener.listener)}  ${direction}, ${protocol}${destination}`
  if (loggers.length + silences.length === 0) return [head, '  no rule, so nothing is logged']
  const lines = loggers.flatMap((logger, i) => {
    const previous = loggers[i - 1]
    const isSame = previous?.why === logger.why && sentence(previous?.when) === sentence(logger.when)
    return [...(isSame ? [] : [`  ${logger.why}${sentence(logger.when)}`]), ...loggerLines(logger)]
  })
  const silent = silences.map(({ why, when }) => `  ${why}${sentence(when)}: nothing is logged`)
  return [head, ...lines, ...silent]
}

function sentence(when: When | undefined): string {
  if (when === undefined) return ''
  if ('route' in when) return `, for requests of route ${when.route}`
  if ('notRoutes' in when) return `, for requests of no route among ${when.notRoutes.join(', ')}`
  if ('upstreamService' in when) return `, for requests to ${when.upstreamService}`
  if ('notUpstreamServices' in when) return `, for requests to others than ${when.notUpstreamServices.join(', ')}`
  const { spiffeID, sni } = when
  const verb = spiffeID?.type === 'Prefix' ? 'begins with' : 'is'
  const parts = [
    ...(spiffeID ? [`the peer's SPIFFE ID ${verb} ${spiffeID.value}`] : []),
    ...(sni === undefined ? [] : [`the server name is ${sni}`]),
  ]
  return `, when ${parts.join(' and ')}`
}

function loggerLines(logger: InspectedLogger): string[] {
  switch (logger.type) {
    case 'File':
      return [`    File ${logger.path}`, ...format('text' in logger ? logger.text : logger.json)]
    case 'Tcp':
      return [`    Tcp ${logger.address}`, ...format(logger.message)]
    case 'OpenTelemetry':
      return [
        `    OpenTelemetry ${logger.endpoint}`,
        ...format(logger.body),
        ...logger.attributes.map(({ key, value }) => `      ${key}: ${value.stringValue}`),
      ]
  }
}

function format(value: unknown): string[] {
  const text = typeof value === 'string' ? value.replace(/\n$/, '') : JSON.stringify(value)
  return text.split('\n').map((line) => `      ${line}`)
}
