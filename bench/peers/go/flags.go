// Response flags: the short names of those that are set, in Envoy's order, joined by commas.
package main

import alf "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"

func appendFlags(line []byte, flags *alf.ResponseFlags) []byte {
	if flags == nil {
		return append(line, '-')
	}
	start := len(line)
	add := func(set bool, name string) {
		if set {
			line = append(append(line, name...), ',')
		}
	}
	// Raised last but printed first, as Envoy does when a request has used up its retries.
	add(flags.UpstreamRetryLimitExceeded, "URX")
	add(flags.FailedLocalHealthcheck, "LH")
	add(flags.NoHealthyUpstream, "UH")
	add(flags.UpstreamRequestTimeout, "UT")
	add(flags.LocalReset, "LR")
	add(flags.UpstreamRemoteReset, "UR")
	add(flags.UpstreamConnectionFailure, "UF")
	add(flags.UpstreamConnectionTermination, "UC")
	add(flags.UpstreamOverflow, "UO")
	add(flags.NoRouteFound, "NR")
	add(flags.DelayInjected, "DI")
	add(flags.FaultInjected, "FI")
	add(flags.RateLimited, "RL")
	add(flags.GetUnauthorizedDetails().GetReason() == alf.ResponseFlags_Unauthorized_EXTERNAL_SERVICE, "UAEX")
	add(flags.RateLimitServiceError, "RLSE")
	add(flags.DownstreamConnectionTermination, "DC")
	add(flags.StreamIdleTimeout, "SI")
	add(flags.InvalidEnvoyRequestHeaders, "IH")
	add(flags.DownstreamProtocolError, "DPE")
	add(flags.UpstreamMaxStreamDurationReached, "UMSDR")
	add(flags.ResponseFromCacheFilter, "RFCF")
	add(flags.NoFilterConfigFound, "NFCF")
	add(flags.DurationTimeout, "DT")
	add(flags.UpstreamProtocolError, "UPE")
	add(flags.NoClusterFound, "NC")
	add(flags.OverloadManager, "OM")
	add(flags.DnsResolutionFailure, "DF")
	add(flags.DownstreamRemoteReset, "DR")
	if len(line) == start {
		return append(line, '-')
	}
	return line[:len(line)-1]
}
