package intake

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"sync"
	"time"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// How much of a batch is on its way at once.
const (
	lanes = 8 // messages that are answered side by side
	// Answers leave in the order of the file, so quick ones wait for slow ones:
	// at most so many messages, and bytes of messages.
	maxWaiting      = 64
	maxWaitingBytes = 4 << 20
)

// Batch says who sends a file of messages, and how.
type Batch struct {
	From iis.Sender
	Door iis.Door
	Max  int // the longest single message, in bytes
	// Each, when set, hears of every message, in the order of the file.
	Each func(Taken)
}

// Taken is what became of one message of a batch.
type Taken struct {
	Reply Reply
	Err   error // why we failed to take it; its reply says so too
	Took  time.Duration
}

// BatchResult counts what became of a batch.
type BatchResult struct {
	Messages   int // all that were answered: the sum of those below
	AA, AE, AR int
	Failed     int // through a fault of ours; the sender should send them again
	Stray      int // lines that belonged to no message
}

// Batch takes the messages of a file, bare or wrapped (HL7 v2.5.1, 2.10.3), one
// by one, and answers each in its order, wrapped likewise. Messages about the
// same patient are taken one after the other, in their order; others side by
// side. A message that is too long or that we fail to take has an
// acknowledgement that says so, and the rest goes on.
//
// The error is that of reading or writing, or that ctx is done; the messages
// counted were answered all the same. A message that reading broke off in is
// not taken. When ctx is done before the end of the file, the last answer is one
// more, to no message: MSA-1 AR, and an ERR that says after which message the
// file was cut. A file without messages is a result of zero and no error.
func (d *Desk) Batch(ctx context.Context, b Batch, r io.Reader, w io.Writer) (BatchResult, error) {
	run := batchRun{
		each: b.Each, file: &batchFile{split: hl7.NewSplitter(r, b.Max)}, out: wrapper{w: w, names: d.reply},
		cut: func(after int) []byte { return d.Decline(nil, cutAfter(after)) },
		answer: func(p part) Taken {
			// What was begun is finished, even when ctx is done by then.
			return d.batched(context.WithoutCancel(ctx), b, p)
		},
	}
	err := run.run(ctx)
	if err != nil {
		err = fmt.Errorf("batch: %w", err)
	}
	run.result.Stray = run.file.split.Batch.Stray
	return run.result, err
}

// batched answers one message of a batch.
func (d *Desk) batched(ctx context.Context, b Batch, p part) Taken {
	if p.tooLong {
		return Taken{Reply: Reply{
			Kind: "?", Ack: iz.AckReject, Findings: iis.Findings{tooLong}, Bytes: d.Decline(nil, tooLong),
		}}
	}
	begun := time.Now()
	reply, err := d.Message(ctx, b.From, b.Door, p.raw)
	if err != nil && !IsNoMessage(err) {
		reply.Bytes = d.Failed(p.raw)
		reply.Ack, reply.Findings = iz.AckError, iis.Findings{notTaken}
	} else {
		err = nil
	}
	return Taken{Reply: reply, Err: err, Took: time.Since(begun)}
}

var tooLong = ruleTooLong.at(iis.Where{Segment: "MSH", Sequence: 1})

// cutAfter tells which messages of a file remain that we stopped reading.
func cutAfter(messages int) iis.Finding {
	cut := ruleFileCut.at(iis.Where{})
	if messages > 0 {
		cut.Say = fmt.Sprintf("We are stopping after message %d of this file. Up to it everything is taken and answered above; send the rest later, from message %d on.",
			messages, messages+1)
	}
	return cut
}

// batchRun is a batch being taken: one goroutine reads, hands messages to lanes
// and writes their answers in order.
type batchRun struct {
	file   *batchFile
	out    wrapper
	answer func(part) Taken       // called by many goroutines
	cut    func(after int) []byte // the last answer to a file that we stopped reading
	each   func(Taken)
	result BatchResult

	lanes   [lanes]chan *entry
	waiting []*entry // handed to a lane and not yet written, in the file's order
	size    int      // bytes of their messages
	last    part     // the headers of the message that was read last
}

// entry is a message in its lane.
type entry struct {
	part  part
	taken Taken
	done  chan struct{}
}

func (b *batchRun) run(ctx context.Context) error {
	var working sync.WaitGroup
	for i := range b.lanes {
		lane := make(chan *entry, maxWaiting) // room for all: handing over never waits
		b.lanes[i] = lane
		working.Go(func() {
			for e := range lane {
				e.taken = b.answer(e.part)
				close(e.done)
			}
		})
	}
	err := b.readAll(ctx)
	for len(b.waiting) > 0 {
		b.finishFirst()
	}
	for _, lane := range b.lanes {
		close(lane)
	}
	working.Wait()
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // reading may have been broken off to get here
		b.out.message(b.last, b.cut(b.result.Messages))
	}
	b.out.end()
	return errors.Join(err, b.out.err)
}

// readAll reads messages until there are no more, or nobody wants the answers.
func (b *batchRun) readAll(ctx context.Context) error {
	for b.out.err == nil {
		p, err := b.file.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		b.last = part{fhs: p.fhs, bhs: p.bhs}
		for len(b.waiting) == maxWaiting || (len(b.waiting) > 0 && b.size+len(p.raw) > maxWaitingBytes) {
			b.finishFirst()
		}
		e := &entry{part: p, done: make(chan struct{})}
		b.waiting, b.size = append(b.waiting, e), b.size+len(p.raw)
		b.lanes[laneOf(p.raw)] <- e
		for len(b.waiting) > 0 && b.waiting[0].isDone() {
			b.finishFirst()
		}
	}
	return nil
}

// finishFirst waits for the first message that has no answer yet, and writes
// it.
func (b *batchRun) finishFirst() {
	e := b.waiting[0]
	b.waiting = b.waiting[1:]
	<-e.done
	b.size -= len(e.part.raw)
	b.out.message(e.part, e.taken.Reply.Bytes)
	b.result.count(e.taken)
	if b.each != nil {
		b.each(e.taken)
	}
}

func (e *entry) isDone() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

func (r *BatchResult) count(t Taken) {
	r.Messages++
	switch {
	case t.Err != nil:
		r.Failed++
	case t.Reply.Ack == iz.AckAccept:
		r.AA++
	case t.Reply.Ack == iz.AckReject:
		r.AR++
	default:
		r.AE++
	}
}

// laneOf puts messages about the same patient into the same lane, as far as the
// sender's first number for the patient tells: PID-3, or QPD-3 of a query. Those
// without one share a lane.
func laneOf(raw []byte) int {
	m, err := hl7.Parse(raw)
	if err != nil {
		return 0
	}
	s := m.First("PID")
	if s.IsZero() {
		s = m.First("QPD")
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.Field(3).String())) // a hash never fails
	return int(h.Sum32() % lanes)
}
