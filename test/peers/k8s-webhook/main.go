// A kube-apiserver's audit backends without the kube-apiserver: the webhook of k8s.io/apiserver behind its buffer, and its log file, joined as
// it joins them. Events are made here, and what the webhook makes of the answers is told.
//
//	client -kubeconfig FILE -log FILE [-events N] …
//
// On stdout a line `acked AUDITID` for each event of a batch that the webhook takes for delivered, before that batch is let go. In -log what
// kube-apiserver would have written into its own audit file: a line for each event. The last line of stderr is
// `sent N, acked N, failed N, dropped N`; the exit code is 0 when all that was sent was acked.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/plugin/pkg/audit/buffered"
	auditlog "k8s.io/apiserver/plugin/pkg/audit/log"
	"k8s.io/apiserver/plugin/pkg/audit/webhook"
)

type settings struct {
	kubeconfig, log                string
	events, batch, buffer, waiting int
	batchWait                      time.Duration
	backoff                        wait.Backoff
}

func main() {
	counts, err := run(readFlags())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, counts)
	if counts.acked != counts.sent {
		os.Exit(1)
	}
}

func readFlags() settings {
	s := settings{}
	flag.StringVar(&s.kubeconfig, "kubeconfig", "", "as --audit-webhook-config-file")
	flag.StringVar(&s.log, "log", "", "as --audit-log-path")
	flag.IntVar(&s.events, "events", 1_000, "events to send; their numbers count from 0")
	flag.IntVar(&s.batch, "batch", 400, "as --audit-webhook-batch-max-size")
	flag.IntVar(&s.buffer, "buffer", 10_000, "as --audit-webhook-batch-buffer-size")
	flag.IntVar(&s.waiting, "waiting", 6_000, "events that may wait for their answers; the next ones are made when there are fewer")
	flag.DurationVar(&s.batchWait, "batch-wait", time.Second, "as --audit-webhook-batch-max-wait")
	flag.DurationVar(&s.backoff.Duration, "backoff", webhook.DefaultInitialBackoffDelay, "as --audit-webhook-initial-backoff")
	flag.IntVar(&s.backoff.Steps, "attempts", 5, "for each batch; kube-apiserver has 5")
	flag.Parse()
	// As k8s.io/apiserver's DefaultRetryBackoffWithInitialDelay has them.
	s.backoff.Factor = 1.5
	s.backoff.Jitter = 0.2
	return s
}

func run(s settings) (*counts, error) {
	file, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	log := bufio.NewWriterSize(file, 1<<20)

	hook, err := webhook.NewBackend(s.kubeconfig, auditv1.SchemeGroupVersion, s.backoff, nil)
	if err != nil {
		return nil, err
	}
	witness := newWitness(hook, s.waiting)
	backend := audit.Union(
		auditlog.NewBackend(log, auditlog.FormatJson, auditv1.SchemeGroupVersion),
		// Without the throttle, which would let ten batches a second pass.
		buffered.NewBackend(witness, buffered.BatchConfig{
			BufferSize:    s.buffer,
			MaxBatchSize:  s.batch,
			MaxBatchWait:  s.batchWait,
			AsyncDelegate: true,
		}),
	)
	stop := make(chan struct{})
	if err := backend.Run(stop); err != nil {
		return nil, err
	}
	for number := range s.events {
		witness.admit()
		backend.ProcessEvents(newEvent(number))
	}
	close(stop)
	backend.Shutdown()
	if err := log.Flush(); err != nil {
		return nil, err
	}
	return witness.close(), nil
}

type counts struct{ sent, acked, failed int }

func (c *counts) String() string {
	// The buffer tells nobody what it had no room for; it just never comes out of it.
	dropped := c.sent - c.acked - c.failed
	return fmt.Sprintf("sent %d, acked %d, failed %d, dropped %d", c.sent, c.acked, c.failed, dropped)
}

// witness stands between the buffer and the webhook, hears what the webhook answers, and says it.
type witness struct {
	audit.Backend
	mutex   sync.Mutex
	settled *sync.Cond
	counts  counts
	waiting int
	out     *bufio.Writer
}

func newWitness(backend audit.Backend, waiting int) *witness {
	w := &witness{Backend: backend, waiting: waiting, out: bufio.NewWriterSize(os.Stdout, 1<<16)}
	w.settled = sync.NewCond(&w.mutex)
	return w
}

// admit waits until one more event may be on its way.
func (w *witness) admit() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for w.counts.sent-w.counts.acked-w.counts.failed >= w.waiting {
		w.settled.Wait()
	}
	w.counts.sent++
}

func (w *witness) ProcessEvents(events ...*auditEvent) bool {
	delivered := w.Backend.ProcessEvents(events...)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if delivered {
		w.counts.acked += len(events)
		for _, event := range events {
			fmt.Fprintf(w.out, "acked %s\n", event.AuditID)
		}
		w.out.Flush()
	} else {
		w.counts.failed += len(events)
	}
	w.settled.Signal()
	return delivered
}

func (w *witness) close() *counts {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.out.Flush()
	return &w.counts
}
