/** Field tags of an OTLP export request: what the OpenTelemetry writer wraps encoded log records in. */
import { resolveFieldPath } from './field-path.ts'
import { loadSchema } from './load.ts'

/** In the shape that `writers/otlp/request.ts` asks for. */
export function otlpTags() {
  const request = loadSchema().message('opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest')
  const tag = (path: string) => resolveFieldPath(request, path).at(-1)!.tag
  return {
    resourceLogs: tag('resource_logs'),
    resource: tag('resource_logs.resource'),
    attributes: tag('resource_logs.resource.attributes'),
    key: tag('resource_logs.resource.attributes.key'),
    value: tag('resource_logs.resource.attributes.value'),
    stringValue: tag('resource_logs.resource.attributes.value.string_value'),
    scopeLogs: tag('resource_logs.scope_logs'),
    scope: tag('resource_logs.scope_logs.scope'),
    scopeName: tag('resource_logs.scope_logs.scope.name'),
    scopeVersion: tag('resource_logs.scope_logs.scope.version'),
    logRecords: tag('resource_logs.scope_logs.log_records'),
  }
}
