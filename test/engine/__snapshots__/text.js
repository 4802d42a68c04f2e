// HTTPAccessLogEntry · 14 slots · 7 steps · 1 stream runs
const { b, v, s, z, long, outputEnd, copy, constant, tagText, bad, skip, int32, durationIn, ms, time } = names
const [k0] = constants
const start_time = 0, start_time_seconds = 1, start_time_nanos = 2, time_to_last_downstream_tx_byte = 3, time_to_last_downstream_tx_byte_seconds = 4, time_to_last_downstream_tx_byte_nanos = 5, custom_tags_1 = 6, custom_tags_2 = 8, duration = 10, duration_seconds = 11, duration_nanos = 12, request_path = 13, request_request_headers_1 = 15, request_request_headers_2 = 17

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
    case 23:
      if (v.getInt32(key, true) === 980642913 && v.getInt32(key + 4, true) === 1363497509 && v.getInt32(key + 8, true) === 1093490728 && v.getInt32(key + 12, true) === 1095776831 && v.getInt32(key + 16, true) === 975784020 && v.getInt32(key + 19, true) === 623915578) { s[custom_tags_1] = value; s[custom_tags_1 + 1] = valueEnd }
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
    case 3:
      if ((b[key] | 32) === 120 && b[key + 1] === 45 && (b[key + 2] | 32) === 97) { s[request_request_headers_1] = value; s[request_request_headers_1 + 1] = valueEnd }
      break
    case 5:
      if ((v.getInt32(key, true) | 538976256) === 1952542778 && (v.getInt32(key + 1, true) | 538976288) === 1752457584) { s[request_request_headers_2] = value; s[request_request_headers_2 + 1] = valueEnd }
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
  let need = 250 + 6 * runs[0][0]
  need += 6 * (s[custom_tags_1 + 1] - s[custom_tags_1])
  need += 1 * (s[request_request_headers_1 + 1] - s[request_request_headers_1])
  need += 1 * (s[request_request_headers_2 + 1] - s[request_request_headers_2])
  need += 1 * (s[request_path + 1] - s[request_path])
  need += 6 * (s[custom_tags_2 + 1] - s[custom_tags_2])
  return out + need <= outputEnd
}

function render(at, end, out, runs, receivedAtMs) {
  z[0] = z[1] = z[2] = z[3] = z[4] = z[5] = z[6] = z[7] = z[8] = z[9] = 0
  if (!scanHTTPAccessLogEntry(at, end)) return -1
  if (out + 250 + 6 * runs[0][0] + 15 * (end - at) > outputEnd && !fits(at, end, out, runs)) return -2
  let o = out, q = 0
  b[o] = 91; o += 1
  // %START_TIME%
  if (s[start_time] !== 0 && (q = time(o, k0, s[start_time_seconds], s[start_time_nanos])) >= 0) o = q
  else { b[o] = 45; o += 1 }
  v.setInt32(o, 8285, true); o += 2
  // %REQ(X-A?:PATH):20%
  if (s[custom_tags_1] !== 0 && (q = tagText(o, s[custom_tags_1], s[custom_tags_1 + 1])) >= 0) o = Math.min(q, o + 20)
  else if (s[custom_tags_1] === 0 && s[request_request_headers_1] !== 0) o = copy(o, s[request_request_headers_1], Math.min(s[request_request_headers_1 + 1], s[request_request_headers_1] + 20))
  else if (s[custom_tags_1] === 0 && s[request_request_headers_2] !== 0) o = copy(o, s[request_request_headers_2], Math.min(s[request_request_headers_2 + 1], s[request_request_headers_2] + 20))
  else if (s[custom_tags_1] === 0 && s[request_path] < s[request_path + 1]) o = copy(o, s[request_path], Math.min(s[request_path + 1], s[request_path] + 20))
  else { b[o] = 45; o += 1 }
  o = constant(o, runs[0])
  // %DURATION%
  if (s[custom_tags_2] !== 0 && (q = tagText(o, s[custom_tags_2], s[custom_tags_2 + 1])) >= 0) o = q
  else if (s[custom_tags_2] === 0 && s[duration] !== 0 && (q = durationIn(o, ms, s[duration_seconds], s[duration_nanos])) >= 0) o = q
  else if (s[custom_tags_2] === 0 && s[time_to_last_downstream_tx_byte] !== 0 && (q = durationIn(o, ms, s[time_to_last_downstream_tx_byte_seconds], s[time_to_last_downstream_tx_byte_nanos])) >= 0) o = q
  else { b[o] = 45; o += 1 }
  v.setInt32(o, 684909, true); o += 3
  return o
}

return render