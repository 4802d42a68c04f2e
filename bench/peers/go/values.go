// Values that both formats print. Absent is "" for strings; for the others the caller says what to print.
package main

import (
	"strconv"
	"strings"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	alf "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The names of core.v3.RequestMethod by number; the generated String goes through reflection.
var methods = [...]string{"", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func methodOf(request *alf.HTTPRequestProperties) string {
	if m := int(request.GetRequestMethod()); m > 0 && m < len(methods) {
		return methods[m]
	}
	return ""
}

func pathOf(request *alf.HTTPRequestProperties) string {
	if path := request.GetOriginalPath(); path != "" {
		return path
	}
	return request.GetPath()
}

func traceOf(request *alf.HTTPRequestProperties) string {
	if id := request.GetRequestHeaders()["x-b3-traceid"]; id != "" {
		return id
	}
	return request.GetRequestHeaders()["x-datadog-traceid"]
}

func protocolOf(entry *alf.HTTPAccessLogEntry) string {
	switch entry.GetProtocolVersion() {
	case alf.HTTPAccessLogEntry_HTTP10:
		return "HTTP/1.0"
	case alf.HTTPAccessLogEntry_HTTP11:
		return "HTTP/1.1"
	case alf.HTTPAccessLogEntry_HTTP2:
		return "HTTP/2"
	case alf.HTTPAccessLogEntry_HTTP3:
		return "HTTP/3"
	default:
		return ""
	}
}

func detailsOf(response *alf.HTTPResponseProperties) string {
	details := response.GetResponseCodeDetails()
	if strings.IndexByte(details, ' ') < 0 {
		return details
	}
	return strings.ReplaceAll(details, " ", "_")
}

// appendAddress writes host:port, brackets around IPv6, or the path of a pipe.
func appendAddress(line []byte, address *core.Address, absent string) []byte {
	if socket := address.GetSocketAddress(); socket != nil {
		host := socket.GetAddress()
		if strings.IndexByte(host, ':') >= 0 {
			line = append(append(append(line, '['), host...), ']')
		} else {
			line = append(line, host...)
		}
		return strconv.AppendUint(append(line, ':'), uint64(socket.GetPortValue()), 10)
	}
	if pipe := address.GetPipe(); pipe != nil {
		return append(line, pipe.GetPath()...)
	}
	return append(line, absent...)
}

// appendMillis writes whole milliseconds, cut off.
func appendMillis(line []byte, duration *durationpb.Duration, absent string) []byte {
	if duration == nil {
		return append(line, absent...)
	}
	return strconv.AppendInt(line, int64(duration.AsDuration()/time.Millisecond), 10)
}

func appendMillisBetween(line []byte, from, to *durationpb.Duration, absent string) []byte {
	if from == nil || to == nil || to.AsDuration() < from.AsDuration() {
		return append(line, absent...)
	}
	return strconv.AppendInt(line, int64((to.AsDuration()-from.AsDuration())/time.Millisecond), 10)
}

// appendStartTime writes 2026-06-20T23:20:00.000Z digit by digit, since time.AppendFormat reads its layout anew for every line.
func appendStartTime(line []byte, timestamp *timestamppb.Timestamp, absent string) []byte {
	if timestamp == nil {
		return append(line, absent...)
	}
	t := timestamp.AsTime()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	line = appendDigits(line, year, 1000)
	line = appendDigits(append(line, '-'), int(month), 10)
	line = appendDigits(append(line, '-'), day, 10)
	line = appendDigits(append(line, 'T'), hour, 10)
	line = appendDigits(append(line, ':'), minute, 10)
	line = appendDigits(append(line, ':'), second, 10)
	line = appendDigits(append(line, '.'), t.Nanosecond()/1e6, 100)
	return append(line, 'Z')
}

// appendDigits writes value with leading zeros; highest is the weight of its first digit.
func appendDigits(line []byte, value, highest int) []byte {
	for ; highest > 0; highest /= 10 {
		line = append(line, byte('0'+value/highest%10))
	}
	return line
}
