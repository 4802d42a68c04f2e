// The file of lines: one buffered writer for all streams, flushed when it is full, when a stream ends, and once a second.
package main

import (
	"bufio"
	"os"
	"sync"
	"time"
)

const (
	bufferBytes = 1 << 20
	flushAfter  = time.Second
)

type lineFile struct {
	mutex  sync.Mutex
	file   *os.File
	buffer *bufio.Writer
	done   chan struct{}
}

func openLineFile(path string) (*lineFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	f := &lineFile{file: file, buffer: bufio.NewWriterSize(file, bufferBytes), done: make(chan struct{})}
	go f.flushNowAndThen()
	return f, nil
}

// Append takes whole lines; they are borrowed for the call.
func (f *lineFile) Append(lines []byte) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	_, err := f.buffer.Write(lines)
	return err
}

func (f *lineFile) Flush() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.buffer.Flush()
}

func (f *lineFile) Close() error {
	close(f.done)
	if err := f.Flush(); err != nil {
		return err
	}
	return f.file.Close()
}

func (f *lineFile) flushNowAndThen() {
	ticker := time.NewTicker(flushAfter)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			// The buffer keeps a failure, and the next Append reports it.
			_ = f.Flush()
		case <-f.done:
			return
		}
	}
}
