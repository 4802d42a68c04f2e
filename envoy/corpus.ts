/**
 * The corpus: what is sent to the driven Envoy, as data. One item is one exchange with a name that no other item has; HTTP items
 * carry it in the header `x-item`, so each line of a log can be traced to its item. `differs` says beforehand where the access log
 * stream cannot carry what Envoy's file logger prints; everything else has to be equal to the byte.
 */
import type { CaseName } from './config.ts'
import { httpItems } from './corpus-http.ts'
import { httpOneItems, httpTwoItems } from './corpus-protocol.ts'
import { tcpItems } from './corpus-tcp.ts'
import type { Item } from './item.ts'

/** All items of a case, in the order of sending. */
export function corpusOf(caseName: CaseName): Item[] {
  switch (caseName) {
    case 'http1':
      return [...httpItems(caseName), ...httpOneItems()]
    case 'http2':
      return [...httpItems(caseName), ...httpTwoItems()]
    case 'tcp':
    case 'tcp-http-grpc':
      return tcpItems(caseName)
  }
}
