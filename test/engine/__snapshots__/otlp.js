// HTTPAccessLogEntry · 15 slots · 5 steps · 3 stream runs
const { b, v, s, z, long, outputEnd, copy, constant, delimited, utf8, anyString, anyNumber, anyScalar, isScalar, unixNanos, unixMillis, tagText, tagNumber, bad, skip, int32, uint32At, uint32, durationIn, ms } = names
const start_time = 0, start_time_seconds = 1, start_time_nanos = 2, time_to_last_downstream_tx_byte = 3, time_to_last_downstream_tx_byte_seconds = 4, time_to_last_downstream_tx_byte_nanos = 5, custom_tags_1 = 6, custom_tags_2 = 8, duration = 10, duration_seconds = 11, duration_nanos = 12, request_path = 13, request_request_headers_1 = 15, response_response_code = 17, response_response_code_value = 18

function scanTimestamp(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      if (tag === 2) return bad('tag') // field number 0
      p = to
    } else if ((tag & 7) === 0) {
      switch (tag) {
        case 8: // seconds = 1, int64
          s[start_time_seconds] = p
          break
        case 16: // nanos = 2, int32
          s[start_time_nanos] = p
          break
        case 0: return bad('tag') // field number 0
      }
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanDuration(p, end, base) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      if (tag === 2) return bad('tag') // field number 0
      p = to
    } else if ((tag & 7) === 0) {
      switch (tag) {
        case 8: // seconds = 1, int64
          s[base] = p
          break
        case 16: // nanos = 2, int32
          s[base + 1] = p
          break
        case 0: return bad('tag') // field number 0
      }
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanMapEntry(p, end) {
  let key = p, keyEnd = p, value = end, valueEnd = end
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      if (tag === 10) { key = p; keyEnd = to }
      else if (tag === 18) { value = p; valueEnd = to }
      else if (tag === 2) return bad('tag')
      p = to
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  if (p !== end) return bad('truncated')
  switch (keyEnd - key) {
    case 16:
      if (v.getInt32(key, true) === 980642913 && v.getInt32(key + 4, true) === 1363497509 && v.getInt32(key + 8, true) === 1095776808 && v.getInt32(key + 12, true) === 623462484) { s[custom_tags_1] = value; s[custom_tags_1 + 1] = valueEnd }
      break
    case 14:
      if (v.getInt32(key, true) === 980642913 && v.getInt32(key + 4, true) === 1381319717 && v.getInt32(key + 8, true) === 1330205761 && v.getInt32(key + 10, true) === 625889097) { s[custom_tags_2] = value; s[custom_tags_2 + 1] = valueEnd }
      break
  }
  return true
}

function scanAccessLogCommon(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      switch (tag) {
        case 42: // start_time = 5, google.protobuf.Timestamp
          s[start_time] = 1
          if (!scanTimestamp(p, to)) return false
          break
        case 98: // time_to_last_downstream_tx_byte = 12, google.protobuf.Duration
          s[time_to_last_downstream_tx_byte] = 1
          if (!scanDuration(p, to, 4)) return false
          break
        case 178: // custom_tags = 22, map<string, string>
          if (!scanMapEntry(p, to)) return false
          break
        case 186: // duration = 23, google.protobuf.Duration
          s[duration] = 1
          if (!scanDuration(p, to, 11)) return false
          break
        case 2: return bad('tag') // field number 0
      }
      p = to
    } else if ((tag & 7) === 0) {
      if (tag === 0) return bad('tag') // field number 0
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanMapEntry2(p, end) {
  let key = p, keyEnd = p, value = end, valueEnd = end
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      if (tag === 10) { key = p; keyEnd = to }
      else if (tag === 18) { value = p; valueEnd = to }
      else if (tag === 2) return bad('tag')
      p = to
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  if (p !== end) return bad('truncated')
  switch (keyEnd - key) {
    case 5:
      if ((v.getInt32(key, true) | 538976256) === 1952542778 && (v.getInt32(key + 1, true) | 538976288) === 1752457584) { s[request_request_headers_1] = value; s[request_request_headers_1 + 1] = valueEnd }
      break
  }
  return true
}

function scanHTTPRequestProperties(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      switch (tag) {
        case 42: // path = 5, string
          s[request_path] = p; s[request_path + 1] = to
          break
        case 106: // request_headers = 13, map<string, string>
          if (!scanMapEntry2(p, to)) return false
          break
        case 2: return bad('tag') // field number 0
      }
      p = to
    } else if ((tag & 7) === 0) {
      if (tag === 0) return bad('tag') // field number 0
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanUInt32Value(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      if (tag === 2) return bad('tag') // field number 0
      p = to
    } else if ((tag & 7) === 0) {
      switch (tag) {
        case 8: // value = 1, uint32
          s[response_response_code_value] = p
          break
        case 0: return bad('tag') // field number 0
      }
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanHTTPResponseProperties(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      switch (tag) {
        case 10: // response_code = 1, google.protobuf.UInt32Value
          s[response_response_code] = 1
          if (!scanUInt32Value(p, to)) return false
          break
        case 2: return bad('tag') // field number 0
      }
      p = to
    } else if ((tag & 7) === 0) {
      if (tag === 0) return bad('tag') // field number 0
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanHTTPAccessLogEntry(p, end) {
  while (p < end) {
    let tag = b[p++]
    if (tag > 127) {
      tag = (tag & 127) | (b[p++] << 7)
      if (tag > 16383) { if (!long.read(b, p - 2, end) || long.value > 0xffffffff) return bad('tag'); tag = long.low; p = long.at }
    }
    if ((tag & 7) === 2) {
      let to = b[p++]
      if (to > 127) {
        to = (to & 127) | (b[p++] << 7)
        if (to > 16383) { if (!long.read(b, p - 2, end)) return bad('varint'); to = long.value; p = long.at }
      }
      to += p
      if (to > end) return bad('truncated')
      switch (tag) {
        case 10: // common_properties = 1, envoy.data.accesslog.v3.AccessLogCommon
          if (!scanAccessLogCommon(p, to)) return false
          break
        case 26: // request = 3, envoy.data.accesslog.v3.HTTPRequestProperties
          if (!scanHTTPRequestProperties(p, to)) return false
          break
        case 34: // response = 4, envoy.data.accesslog.v3.HTTPResponseProperties
          if (!scanHTTPResponseProperties(p, to)) return false
          break
        case 2: return bad('tag') // field number 0
      }
      p = to
    } else if ((tag & 7) === 0) {
      if (tag === 0) return bad('tag') // field number 0
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

// For entries so large that the quick bound in render is too careful: what their values need at most.
function fits(at, end, out, runs) {
  let need = 956 + 6 * runs[0][0] + 6 * runs[1][0] + 6 * runs[2][0]
  need += 18 * (s[custom_tags_1 + 1] - s[custom_tags_1])
  need += 3 * (s[request_request_headers_1 + 1] - s[request_request_headers_1])
  need += 3 * (s[request_path + 1] - s[request_path])
  need += 36 * (s[custom_tags_2 + 1] - s[custom_tags_2])
  return out + need <= outputEnd
}

function render(at, end, out, runs, receivedAtMs) {
  z[0] = z[1] = z[2] = z[3] = z[4] = z[5] = z[6] = z[7] = z[8] = z[9] = 0
  if (!scanHTTPAccessLogEntry(at, end)) return -1
  if (out + 956 + 6 * runs[0][0] + 6 * runs[1][0] + 6 * runs[2][0] + 60 * (end - at) > outputEnd && !fits(at, end, out, runs)) return -2
  let o = out, q = 0
  if (s[start_time] !== 0) o = unixNanos(o, 9, s[start_time_seconds], s[start_time_nanos]) // time_unix_nano
  // severity by the first digit of the response code
  if (s[response_response_code] !== 0) switch ((uint32At(s[response_response_code_value]) / 100) | 0) {
    case 1: case 2: case 3:
      v.setInt32(o, 68815120, true); v.setInt32(o + 4, 1330007625, true); o += 8
      break
    case 4:
      v.setInt32(o, 68816144, true); v.setInt32(o + 4, 1314013527, true); o += 8
      break
    case 5:
      v.setInt32(o, 85594384, true); v.setInt32(o + 4, 1330795077, true); b[o + 8] = 82; o += 9
      break
  }
  b[o] = 42 // body
  const f1 = o + 2
  o = f1
  b[o] = 50 // kvlist_value
  const f2 = o + 2
  o = f2
  b[o] = 10 // values
  const f3 = o + 2
  o = f3
  o = constant(o, runs[0])
  b[o] = 18 // value
  const f4 = o + 2
  o = f4
  b[o] = 10 // string_value
  const f5 = o + 2
  o = f5
  // %REQ(:PATH)%
  if (s[custom_tags_1] !== 0 && (q = tagText(o, s[custom_tags_1], s[custom_tags_1 + 1])) >= 0) o = q
  else if (s[custom_tags_1] === 0 && s[request_request_headers_1] !== 0) o = copy(o, s[request_request_headers_1], s[request_request_headers_1 + 1])
  else if (s[custom_tags_1] === 0 && s[request_path] < s[request_path + 1]) o = copy(o, s[request_path], s[request_path + 1])
  else { b[o] = 45; o += 1 }
  o = constant(o, runs[1])
  o = utf8(f5, o)
  if ((q = o - f5) < 128) b[f5 - 1] = q
  else o = delimited(f5, o)
  if ((q = o - f4) < 128) b[f4 - 1] = q
  else o = delimited(f4, o)
  if ((q = o - f3) < 128) b[f3 - 1] = q
  else o = delimited(f3, o)
  b[o] = 10 // values
  const f6 = o + 2
  o = f6
  v.setInt32(o, 7209226, true); o += 3
  b[o] = 18 // value
  const f7 = o + 2
  o = f7
  let t8 = o + 2 // %DURATION%, typed
  if (s[custom_tags_2] !== 0 && (q = tagNumber(t8, s[custom_tags_2], s[custom_tags_2 + 1])) >= 0) {
    t8 = q
    if (isScalar(o)) o = anyScalar(o, t8)
    else {
      t8 = o + 2
      if (s[custom_tags_2] !== 0 && (q = tagText(t8, s[custom_tags_2], s[custom_tags_2 + 1])) >= 0) {
        t8 = q
        o = anyString(o, t8)
      }
    }
  }
  else if (s[custom_tags_2] === 0 && s[duration] !== 0 && (q = durationIn(t8, ms, s[duration_seconds], s[duration_nanos])) >= 0) {
    t8 = q
    o = anyNumber(o, t8)
  }
  else if (s[custom_tags_2] === 0 && s[time_to_last_downstream_tx_byte] !== 0 && (q = durationIn(t8, ms, s[time_to_last_downstream_tx_byte_seconds], s[time_to_last_downstream_tx_byte_nanos])) >= 0) {
    t8 = q
    o = anyNumber(o, t8)
  }
  if ((q = o - f7) < 128) b[f7 - 1] = q
  else o = delimited(f7, o)
  if ((q = o - f6) < 128) b[f6 - 1] = q
  else o = delimited(f6, o)
  if ((q = o - f2) < 128) b[f2 - 1] = q
  else o = delimited(f2, o)
  if ((q = o - f1) < 128) b[f1 - 1] = q
  else o = delimited(f1, o)
  o = constant(o, runs[2])
  o = unixMillis(o, 89, receivedAtMs) // observed_time_unix_nano
  return o
}

return render