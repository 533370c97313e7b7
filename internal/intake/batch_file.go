package intake

import (
	"errors"
	"io"
	"strconv"

	"openiis/internal/hl7"
	"openiis/internal/iz"
)

// part is one message of a file, with the headers under which it stands.
type part struct {
	raw      []byte
	tooLong  bool   // raw is nil
	fhs, bhs []byte // nil when there were none
}

// batchFile reads the parts of a file.
type batchFile struct {
	split    *hl7.Splitter
	fhs, bhs []byte // the headers of the message before
}

// next is the next part, io.EOF after the last, or the reader's error.
func (f *batchFile) next() (part, error) {
	raw, err := f.split.Next()
	long := errors.Is(err, hl7.ErrTooLong)
	if err != nil && !long {
		return part{}, err
	}
	f.headers()
	return part{raw: raw, tooLong: long, fhs: f.fhs, bhs: f.bhs}, nil
}

// headers finds under which headers the message stands that was just read. An
// FHS ends the batch before it: its BHS no longer holds.
func (f *batchFile) headers() {
	now := &f.split.Batch
	if !same(f.fhs, now.FHS) && same(f.bhs, now.BHS) {
		now.BHS = nil
	}
	f.fhs, f.bhs = now.FHS, now.BHS
}

// wrapper writes the answers to a file's messages, wrapped as those were: under
// FHS and BHS if they stood under them, else bare.
type wrapper struct {
	w     io.Writer
	names iz.Responder
	err   error // the first of writing; nothing is written after it

	fhs, bhs []byte // the headers that are open; nil when none
	messages int    // written under the open BHS
	batches  int    // under the open FHS
}

// message writes the answer to a part.
func (w *wrapper) message(p part, reply []byte) {
	if !same(w.fhs, p.fhs) {
		w.end()
		w.fhs = p.fhs
		w.write(w.header("FHS", p.fhs))
	}
	if !same(w.bhs, p.bhs) {
		w.endBatch()
		w.bhs = p.bhs
		w.batches++
		w.write(w.header("BHS", p.bhs))
	}
	w.messages++
	w.write(reply)
}

// end closes what is open.
func (w *wrapper) end() {
	w.endBatch()
	if w.fhs != nil {
		w.write([]byte("FTS|" + strconv.Itoa(max(w.batches, 1)) + "\r"))
	}
	w.fhs, w.batches = nil, 0
}

func (w *wrapper) endBatch() {
	if w.bhs != nil {
		w.write([]byte("BTS|" + strconv.Itoa(w.messages) + "\r"))
	}
	w.bhs, w.messages = nil, 0
}

func (w *wrapper) write(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

// same reports the same header segment: not one that reads the same, for two
// batches of a file may.
func same(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return &a[0] == &b[0]
}

// header answers an FHS or BHS (HL7 v2.5.1, 2.14.6 and 2.14.2): what received
// it sends, with a date and a number of its own, and refers to the number that
// it answers. Field 8, where some carry a password, is not sent back.
func (w *wrapper) header(name string, line []byte) []byte {
	// The three headers are built alike in their first twelve fields.
	m, err := hl7.Parse(append([]byte("MSH"), line[3:]...))
	var sent hl7.Segment
	if err == nil {
		sent = m.MSH()
	}
	var b hl7.Builder
	// Field 1 is the separator itself: to the builder each is one less.
	b.Segment(name).Raw(1, []byte(`^~\&`)).
		Field(2, orName(components(sent.Field(5)), w.names.App)...).
		Field(3, orName(components(sent.Field(6)), w.names.Facility)...).
		Field(4, components(sent.Field(3))...).
		Field(5, components(sent.Field(4))...).
		Field(6, w.names.Now().Format("20060102150405-0700")).
		Field(10, w.names.NewID()).
		Field(11, sent.Field(11).String())
	return b.Bytes()
}

// components are the three components of an HD field.
func components(v hl7.Value) []string {
	return []string{v.Comp(1).String(), v.Comp(2).String(), v.Comp(3).String()}
}

// orName is a receiver as it was named, or else our own name.
func orName(hd []string, name string) []string {
	if hd[0] == "" && hd[1] == "" {
		return []string{name}
	}
	return hd
}
