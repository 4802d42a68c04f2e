// HTTPAccessLogEntry · 13 slots · 2 steps · 0 stream runs
const { b, v, s, z, long, outputEnd, copy, quote, piece, tagText, addressFull, bad, skip, uint32 } = names
const downstream_remote_address_address = 0, downstream_remote_address_socket_address_port_specifier = 1, downstream_remote_address_socket_address_address = 2, downstream_remote_address_socket_address_port_value = 4, downstream_remote_address_socket_address_named_port = 5, downstream_remote_address_pipe_path = 7, downstream_remote_address_envoy_internal_address_address_name_specifier = 9, downstream_remote_address_envoy_internal_address_server_listener_name = 10, downstream_remote_address_envoy_internal_address_endpoint_id = 12, custom_tags_1 = 14, request_user_agent = 16, request_request_headers_1 = 18, response_response_code_value = 20

function scanSocketAddress(p, end) {
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
        case 18: // address = 2, string
          s[downstream_remote_address_socket_address_address] = p; s[downstream_remote_address_socket_address_address + 1] = to
          break
        case 34: // named_port = 4, string
          if (s[downstream_remote_address_socket_address_port_specifier] !== 4) {
            s[downstream_remote_address_socket_address_port_specifier] = 4
            s[downstream_remote_address_socket_address_port_value] = 0
          }
          s[downstream_remote_address_socket_address_named_port] = p; s[downstream_remote_address_socket_address_named_port + 1] = to
          break
        case 2: return bad('tag') // field number 0
      }
      p = to
    } else if ((tag & 7) === 0) {
      switch (tag) {
        case 24: // port_value = 3, uint32
          if (s[downstream_remote_address_socket_address_port_specifier] !== 3) {
            s[downstream_remote_address_socket_address_port_specifier] = 3
            s[downstream_remote_address_socket_address_named_port] = s[downstream_remote_address_socket_address_named_port + 1] = 0
          }
          s[downstream_remote_address_socket_address_port_value] = p
          break
        case 0: return bad('tag') // field number 0
      }
      for (let n = 1; b[p++] > 127; n++) if (n === 10) return bad('varint')
    } else if ((p = skip(tag, p, end)) < 0) return false
  }
  return p === end || bad('truncated')
}

function scanPipe(p, end) {
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
        case 10: // path = 1, string
          s[downstream_remote_address_pipe_path] = p; s[downstream_remote_address_pipe_path + 1] = to
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

function scanEnvoyInternalAddress(p, end) {
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
        case 10: // server_listener_name = 1, string
          if (s[downstream_remote_address_envoy_internal_address_address_name_specifier] !== 1) {
            s[downstream_remote_address_envoy_internal_address_address_name_specifier] = 1
          }
          s[downstream_remote_address_envoy_internal_address_server_listener_name] = p; s[downstream_remote_address_envoy_internal_address_server_listener_name + 1] = to
          break
        case 18: // endpoint_id = 2, string
          s[downstream_remote_address_envoy_internal_address_endpoint_id] = p; s[downstream_remote_address_envoy_internal_address_endpoint_id + 1] = to
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

function scanAddress(p, end) {
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
        case 10: // socket_address = 1, envoy.config.core.v3.SocketAddress
          if (s[downstream_remote_address_address] !== 1) {
            s[downstream_remote_address_address] = 1
            s[downstream_remote_address_pipe_path] = s[downstream_remote_address_pipe_path + 1] = 0
            s[downstream_remote_address_envoy_internal_address_address_name_specifier] = 0
            s[downstream_remote_address_envoy_internal_address_server_listener_name] = s[downstream_remote_address_envoy_internal_address_server_listener_name + 1] = 0
            s[downstream_remote_address_envoy_internal_address_endpoint_id] = s[downstream_remote_address_envoy_internal_address_endpoint_id + 1] = 0
          }
          if (!scanSocketAddress(p, to)) return false
          break
        case 18: // pipe = 2, envoy.config.core.v3.Pipe
          if (s[downstream_remote_address_address] !== 2) {
            s[downstream_remote_address_address] = 2
            s[downstream_remote_address_socket_address_port_specifier] = 0
            s[downstream_remote_address_socket_address_address] = s[downstream_remote_address_socket_address_address + 1] = 0
            s[downstream_remote_address_socket_address_port_value] = 0
            s[downstream_remote_address_socket_address_named_port] = s[downstream_remote_address_socket_address_named_port + 1] = 0
            s[downstream_remote_address_envoy_internal_address_address_name_specifier] = 0
            s[downstream_remote_address_envoy_internal_address_server_listener_name] = s[downstream_remote_address_envoy_internal_address_server_listener_name + 1] = 0
            s[downstream_remote_address_envoy_internal_address_endpoint_id] = s[downstream_remote_address_envoy_internal_address_endpoint_id + 1] = 0
          }
          if (!scanPipe(p, to)) return false
          break
        case 26: // envoy_internal_address = 3, envoy.config.core.v3.EnvoyInternalAddress
          if (s[downstream_remote_address_address] !== 3) {
            s[downstream_remote_address_address] = 3
            s[downstream_remote_address_socket_address_port_specifier] = 0
            s[downstream_remote_address_socket_address_address] = s[downstream_remote_address_socket_address_address + 1] = 0
            s[downstream_remote_address_socket_address_port_value] = 0
            s[downstream_remote_address_socket_address_named_port] = s[downstream_remote_address_socket_address_named_port + 1] = 0
            s[downstream_remote_address_pipe_path] = s[downstream_remote_address_pipe_path + 1] = 0
          }
          if (!scanEnvoyInternalAddress(p, to)) return false
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
    case 21:
      if (v.getInt32(key, true) === 980642913 && v.getInt32(key + 4, true) === 1363497509 && v.getInt32(key + 8, true) === 1163089192 && v.getInt32(key + 12, true) === 1195453778 && v.getInt32(key + 16, true) === 693390917 && v.getInt32(key + 17, true) === 623465550) { s[custom_tags_1] = value; s[custom_tags_1 + 1] = valueEnd }
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
        case 18: // downstream_remote_address = 2, envoy.config.core.v3.Address
          if (!scanAddress(p, to)) return false
          break
        case 178: // custom_tags = 22, map<string, string>
          if (!scanMapEntry(p, to)) return false
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
    case 10:
      if ((v.getInt32(key, true) | 538976288) === 1919251317 && (v.getInt32(key + 4, true) | 538976256) === 1701273901 && (v.getInt32(key + 6, true) | 538976288) === 1953391975) { s[request_request_headers_1] = value; s[request_request_headers_1 + 1] = valueEnd }
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
        case 50: // user_agent = 6, string
          s[request_user_agent] = p; s[request_user_agent + 1] = to
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
  let need = 1187
  need += 36 * (s[custom_tags_1 + 1] - s[custom_tags_1])
  need += 6 * (s[request_request_headers_1 + 1] - s[request_request_headers_1])
  need += 6 * (s[request_user_agent + 1] - s[request_user_agent])
  need += 6 * (s[downstream_remote_address_socket_address_address + 1] - s[downstream_remote_address_socket_address_address])
  need += 6 * (s[downstream_remote_address_socket_address_named_port + 1] - s[downstream_remote_address_socket_address_named_port])
  need += 6 * (s[downstream_remote_address_pipe_path + 1] - s[downstream_remote_address_pipe_path])
  need += 6 * (s[downstream_remote_address_envoy_internal_address_server_listener_name + 1] - s[downstream_remote_address_envoy_internal_address_server_listener_name])
  need += 6 * (s[downstream_remote_address_envoy_internal_address_endpoint_id + 1] - s[downstream_remote_address_envoy_internal_address_endpoint_id])
  return out + need <= outputEnd
}

function render(at, end, out, runs, receivedAtMs) {
  z[0] = z[1] = z[2] = z[3] = z[4] = z[5] = z[6] = z[7] = z[8] = z[9] = z[10] = 0
  if (!scanHTTPAccessLogEntry(at, end)) return -1
  if (out + 1187 + 78 * (end - at) > outputEnd && !fits(at, end, out, runs)) return -2
  let o = out, q = 0
  const g1 = o
  b[o] = 123; o += 1
  const m2 = o
  v.setInt32(o, 1685021474, true); v.setInt32(o + 4, 3809893, true); o += 7
  // %RESPONSE_CODE%
  o = uint32(o, s[response_response_code_value])
  if (o !== m2) { b[o] = 44; o += 1 } // ,
  const m3 = o
  v.setInt32(o, 1869117218, true); v.setInt32(o + 4, 14882, true); o += 6
  const g4 = o
  b[o] = 123; o += 1
  v.setInt32(o, 1701273890, true); v.setInt32(o + 4, 975336558, true); v.setInt32(o + 8, 15394, true); o += 10
  // %REQ(USER-AGENT)%
  if (s[custom_tags_1] !== 0 && (q = tagText(o, s[custom_tags_1], s[custom_tags_1 + 1])) >= 0) { const p5 = o; o = q; o = piece(p5, o) }
  else if (s[custom_tags_1] === 0 && s[request_request_headers_1] !== 0) { const p6 = o; o = copy(o, s[request_request_headers_1], s[request_request_headers_1 + 1]); o = piece(p6, o) }
  else if (s[custom_tags_1] === 0 && s[request_user_agent] < s[request_user_agent + 1]) { const p7 = o; o = copy(o, s[request_user_agent], s[request_user_agent + 1]); o = piece(p7, o) }
  v.setInt32(o, 2892350, true); o += 3
  const m8 = o
  v.setInt32(o, 1701146658, true); v.setInt32(o + 4, 3809906, true); o += 7
  // %DOWNSTREAM_REMOTE_ADDRESS%
  if (s[downstream_remote_address_address] !== 0) o = quote(o, addressFull(o + 1, downstream_remote_address_address))
  else { o = m8 }
  if (o !== m8) { b[o] = 44; o += 1 } // ,
  if (o === g4 + 1) o = m3
  else b[o - 1] = 125 // }
  if (o !== m3) { b[o] = 44; o += 1 } // ,
  if (o === g1 + 1) o += 1
  b[o - 1] = 125 // }
  b[o] = 10; o += 1
  return o
}

return render