// Raw bytes in place of messages: the handler decodes, into a message that it keeps.
package main

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// rawMessage holds one message as it stood on the wire. Its memory is used again for the next.
type rawMessage struct {
	bytes []byte
}

type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	message, ok := v.(*rawMessage)
	if !ok {
		return nil, fmt.Errorf("cannot marshal a %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(message.bytes)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(*rawMessage)
	if !ok {
		return fmt.Errorf("cannot unmarshal into a %T", v)
	}
	length := data.Len()
	if cap(message.bytes) < length {
		message.bytes = make([]byte, length+length/2)
	}
	message.bytes = message.bytes[:length]
	data.CopyTo(message.bytes)
	return nil
}
