// Kuma's HTTP format as text, with the values of KUMA_* that the bench configures.
package main

import (
	"strconv"

	alf "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
)

const kumaTail = `" "web" "backend" "10.0.0.3" "`

func appendText(line []byte, entry *alf.HTTPAccessLogEntry) []byte {
	common, request, response := entry.GetCommonProperties(), entry.GetRequest(), entry.GetResponse()
	line = append(line, '[')
	line = appendStartTime(line, common.GetStartTime(), "-")
	line = append(line, `] default "`...)
	line = append(line, orDash(methodOf(request))...)
	line = append(line, ' ')
	line = append(line, orDash(pathOf(request))...)
	line = append(line, ' ')
	line = append(line, orDash(protocolOf(entry))...)
	line = append(line, `" `...)
	line = strconv.AppendUint(line, uint64(response.GetResponseCode().GetValue()), 10)
	line = append(line, ' ')
	line = appendFlags(line, common.GetResponseFlags())
	line = append(line, ' ')
	line = strconv.AppendUint(line, request.GetRequestBodyBytes(), 10)
	line = append(line, ' ')
	line = strconv.AppendUint(line, response.GetResponseBodyBytes(), 10)
	line = append(line, ' ')
	line = appendMillis(line, common.GetDuration(), "-")
	line = append(line, ' ')
	line = append(line, orDash(response.GetResponseHeaders()["x-envoy-upstream-service-time"])...)
	line = append(line, ` "`...)
	line = append(line, orDash(request.GetForwardedFor())...)
	line = append(line, `" "`...)
	line = append(line, orDash(request.GetUserAgent())...)
	line = append(line, `" "`...)
	line = append(line, orDash(traceOf(request))...)
	line = append(line, `" "`...)
	line = append(line, orDash(request.GetRequestId())...)
	line = append(line, `" "`...)
	line = append(line, orDash(request.GetAuthority())...)
	line = append(line, kumaTail...)
	line = appendAddress(line, common.GetUpstreamRemoteAddress(), "-")
	return append(line, "\"\n"...)
}

func orDash(value string) string {
	if value == "" {
		return "-"
	}
	return value
}
