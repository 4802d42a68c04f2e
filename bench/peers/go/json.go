// The 25 typed keys of bench/formats.ts, in the order in which Envoy sorts them.
package main

import (
	"strconv"
	"unicode/utf8"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	alf "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const null = "null"

func appendJSON(line []byte, entry *alf.HTTPAccessLogEntry) []byte {
	common, request, response := entry.GetCommonProperties(), entry.GetRequest(), entry.GetResponse()
	line = append(line, `{"authority":`...)
	line = appendString(line, request.GetAuthority())
	line = append(line, `,"bytes_received":`...)
	line = strconv.AppendUint(line, request.GetRequestBodyBytes(), 10)
	line = append(line, `,"bytes_sent":`...)
	line = strconv.AppendUint(line, response.GetResponseBodyBytes(), 10)
	line = append(line, `,"downstream_local_address":`...)
	line = appendQuotedAddress(line, common.GetDownstreamLocalAddress())
	line = append(line, `,"downstream_remote_address":`...)
	line = appendQuotedAddress(line, common.GetDownstreamRemoteAddress())
	line = append(line, `,"duration":`...)
	line = appendMillis(line, common.GetDuration(), null)
	line = append(line, `,"method":`...)
	line = appendString(line, methodOf(request))
	line = append(line, `,"path":`...)
	line = appendString(line, pathOf(request))
	line = append(line, `,"protocol":`...)
	line = appendString(line, protocolOf(entry))
	line = append(line, `,"request_duration":`...)
	line = appendMillis(line, common.GetTimeToLastRxByte(), null)
	line = append(line, `,"request_id":`...)
	line = appendString(line, request.GetRequestId())
	line = append(line, `,"response_code":`...)
	line = strconv.AppendUint(line, uint64(response.GetResponseCode().GetValue()), 10)
	line = append(line, `,"response_code_details":`...)
	line = appendString(line, detailsOf(response))
	line = append(line, `,"response_duration":`...)
	line = appendMillis(line, common.GetTimeToFirstUpstreamRxByte(), null)
	line = append(line, `,"response_flags":"`...)
	line = appendFlags(line, common.GetResponseFlags())
	line = append(line, `","response_tx_duration":`...)
	line = appendMillisBetween(line, common.GetTimeToFirstUpstreamRxByte(), common.GetTimeToLastDownstreamTxByte(), null)
	line = append(line, `,"route_name":`...)
	line = appendString(line, common.GetRouteName())
	line = append(line, `,"start_time":`...)
	line = appendQuotedTime(line, common.GetStartTime())
	line = append(line, `,"trace_id":`...)
	line = appendString(line, traceOf(request))
	line = append(line, `,"upstream_cluster":`...)
	line = appendString(line, common.GetUpstreamCluster())
	line = append(line, `,"upstream_host":`...)
	line = appendQuotedAddress(line, common.GetUpstreamRemoteAddress())
	line = append(line, `,"upstream_local_address":`...)
	line = appendQuotedAddress(line, common.GetUpstreamLocalAddress())
	line = append(line, `,"upstream_service_time":`...)
	line = appendString(line, response.GetResponseHeaders()["x-envoy-upstream-service-time"])
	line = append(line, `,"user_agent":`...)
	line = appendString(line, request.GetUserAgent())
	line = append(line, `,"x_forwarded_for":`...)
	line = appendString(line, request.GetForwardedFor())
	return append(line, "}\n"...)
}

func appendQuotedAddress(line []byte, address *core.Address) []byte {
	start := len(line)
	line = append(line, '"')
	line = appendAddress(line, address, "")
	if len(line) == start+1 {
		return append(line[:start], null...)
	}
	return append(line, '"')
}

func appendQuotedTime(line []byte, time *timestamppb.Timestamp) []byte {
	if time == nil {
		return append(line, null...)
	}
	line = append(line, '"')
	line = appendStartTime(line, time, "")
	return append(line, '"')
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string, or null for an absent value. Runs without anything to escape are copied whole; what is not UTF-8
// becomes U+FFFD, though protobuf lets none through.
func appendString(line []byte, value string) []byte {
	if value == "" {
		return append(line, null...)
	}
	line = append(line, '"')
	from := 0
	for i := 0; i < len(value); {
		c := value[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(value[i:])
			if r == utf8.RuneError && size == 1 {
				line = append(append(line, value[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += size
			continue
		}
		i++
		if plain[c] {
			continue
		}
		line = append(line, value[from:i-1]...)
		from = i
		switch c {
		case '"', '\\':
			line = append(line, '\\', c)
		case '\b':
			line = append(line, `\b`...)
		case '\f':
			line = append(line, `\f`...)
		case '\n':
			line = append(line, `\n`...)
		case '\r':
			line = append(line, `\r`...)
		case '\t':
			line = append(line, `\t`...)
		default:
			line = append(line, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	line = append(line, value[from:]...)
	return append(line, '"')
}

// plain tells the ASCII characters that stand in JSON as they are.
var plain = func() (table [utf8.RuneSelf]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()
