// The Go peer of bench/end-to-end.ts: AccessLogService on grpc-go with go-control-plane's generated types, lines appended to one
// file. Written as somebody would who knows Go well and measures: messages go to proto.Unmarshal without gRPC's own codec objects,
// the message, the line buffer and the file buffer are used again, and nothing is formatted through reflection or fmt.
//
//	peer text|json FILE            prints the port it listens on
//	peer text|json FILE simple     the same as it is usually written: see simple.go
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	alf "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	als "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

type appendEntry func(line []byte, entry *alf.HTTPAccessLogEntry) []byte

func main() {
	appendFor := map[string]appendEntry{"text": appendText, "json": appendJSON}
	isSimple := len(os.Args) == 4 && os.Args[3] == "simple"
	if (len(os.Args) != 3 && !isSimple) || appendFor[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: peer text|json FILE [simple]")
		os.Exit(2)
	}
	if err := serve(appendFor[os.Args[1]], os.Args[2], isSimple); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(format appendEntry, path string, isSimple bool) error {
	out, err := openLineFile(path)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := newServer(format, out)
	if isSimple {
		server = newSimpleServer(format, out)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stop
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		return err
	}
	return out.Close()
}

func newServer(format appendEntry, out *lineFile) *grpc.Server {
	server := grpc.NewServer(
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.ReadBufferSize(256<<10),
		grpc.InitialWindowSize(256<<10),
		grpc.InitialConnWindowSize(1<<20),
		grpc.MaxRecvMsgSize(16<<20),
	)
	als.RegisterAccessLogServiceServer(server, &service{format: format, out: out})
	return server
}

type service struct {
	format appendEntry
	out    *lineFile
}

// One stream: a whole message becomes one append to the file.
func (s *service) StreamAccessLogs(stream als.AccessLogService_StreamAccessLogsServer) error {
	var frame rawMessage
	var message als.StreamAccessLogsMessage
	var lines []byte
	for {
		if err := stream.RecvMsg(&frame); err == io.EOF {
			if err := s.out.Flush(); err != nil {
				return err
			}
			return stream.SendMsg(&rawMessage{})
		} else if err != nil {
			return err
		}
		// Unmarshal resets the message first; its fields are allocated anew, which is Go's cost and not ours to avoid.
		if err := proto.Unmarshal(frame.bytes, &message); err != nil {
			return err
		}
		lines = lines[:0]
		for _, entry := range message.GetHttpLogs().GetLogEntry() {
			lines = s.format(lines, entry)
		}
		if err := s.out.Append(lines); err != nil {
			return err
		}
	}
}
