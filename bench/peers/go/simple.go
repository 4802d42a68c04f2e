// The service as it is usually written: gRPC's own codec and settings, a message that is used again, one append for each entry.
package main

import (
	"io"

	als "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	"google.golang.org/grpc"
)

func newSimpleServer(format appendEntry, out *lineFile) *grpc.Server {
	server := grpc.NewServer()
	als.RegisterAccessLogServiceServer(server, &simpleService{format: format, out: out})
	return server
}

type simpleService struct {
	format appendEntry
	out    *lineFile
}

func (s *simpleService) StreamAccessLogs(stream als.AccessLogService_StreamAccessLogsServer) error {
	var message als.StreamAccessLogsMessage
	var line []byte
	for {
		// By gRPC's codec: proto.Unmarshal, which resets the message first.
		if err := stream.RecvMsg(&message); err == io.EOF {
			if err := s.out.Flush(); err != nil {
				return err
			}
			return stream.SendAndClose(&als.StreamAccessLogsResponse{})
		} else if err != nil {
			return err
		}
		for _, entry := range message.GetHttpLogs().GetLogEntry() {
			line = s.format(line[:0], entry)
			if err := s.out.Append(line); err != nil {
				return err
			}
		}
	}
}
