/** Field tags that audit records need: what is said about them over gRPC (request, answer, details of a refusal), and OpenTelemetry's LogRecord. */
import { resolveFieldPath } from './field-path.ts'
import { loadSchema } from './load.ts'

/** In the shapes that `audit/trail/log-record.ts` and `audit/door/write-codec.ts` ask for. */
export function auditTags() {
  return { logRecordTags: logRecordTags(), writeTags: writeTags() }
}

function logRecordTags() {
  const record = loadSchema().message('opentelemetry.proto.logs.v1.LogRecord')
  const tag = (path: string) => resolveFieldPath(record, path).at(-1)!.tag
  return { observedTime: tag('observed_time_unix_nano'), body: tag('body'), stringValue: tag('body.string_value') }
}

function writeTags() {
  const schema = loadSchema()
  const tagsOf = (name: string) => {
    const message = schema.message(name)
    return (path: string) => resolveFieldPath(message, path).at(-1)!.tag
  }
  const request = tagsOf('als_sink.audit.v1.WriteRequest')
  const response = tagsOf('als_sink.audit.v1.WriteResponse')
  const status = tagsOf('google.rpc.Status')
  const retryInfo = tagsOf('google.rpc.RetryInfo')
  return {
    records: request('records'),
    accepted: response('accepted'),
    filtered: response('filtered'),
    quarantined: response('quarantined'),
    duplicate: response('duplicate'),
    code: status('code'),
    message: status('message'),
    details: status('details'),
    typeUrl: status('details.type_url'),
    value: status('details.value'),
    retryDelay: retryInfo('retry_delay'),
    seconds: retryInfo('retry_delay.seconds'),
  }
}
