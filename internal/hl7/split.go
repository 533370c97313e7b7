package hl7

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// ErrTooLong is returned for a message longer than the splitter's limit. The
// rest of that message is passed over and the next one can be read.
var ErrTooLong = errors.New("hl7: a message in the batch is longer than the limit")

// Batch is the wrapping that a file put around its messages (HL7 v2.5.1,
// 2.10.3): the header segments as they came, nil when there were none.
type Batch struct {
	FHS, BHS []byte
	// Stray counts lines outside any message that were not batch segments.
	Stray int
}

// Splitter reads messages one after the other from a file: bare, or wrapped in
// FHS/BHS … BTS/FTS. Memory is bounded by its limit, not by the file.
type Splitter struct {
	r     *bufio.Reader
	max   int
	Batch Batch

	line    []byte // the line read last
	pending []byte // an MSH line that begins the next message
	err     error
}

// NewSplitter reads from r and refuses single messages of more than max bytes.
func NewSplitter(r io.Reader, max int) *Splitter {
	return &Splitter{r: bufio.NewReaderSize(r, 64<<10), max: max}
}

// Next is the next message's text, with CR after each of its segments. It is
// io.EOF after the last, ErrTooLong for one over the limit (call Next again),
// or the reader's own error: a message that reading broke off in is not given.
func (s *Splitter) Next() ([]byte, error) {
	msg := s.pending
	s.pending = nil
	for s.err == nil {
		tooLong := s.readLine()
		line := trimLine(s.line)
		switch {
		case len(line) == 0 && !tooLong:
		case isMSH(line):
			if len(msg) > 0 {
				s.pending = appendLine(nil, line)
				return msg, nil
			}
			msg = appendLine(nil, line)
		case isBatchSegment(line):
			s.keepBatchSegment(line)
			if len(msg) > 0 {
				return msg, nil
			}
		case len(msg) == 0:
			s.Batch.Stray++
		default:
			msg = appendLine(msg, line)
		}
		if tooLong || len(msg) > s.max {
			s.skipToNextMessage()
			return nil, ErrTooLong
		}
	}
	if len(msg) > 0 && s.err == io.EOF {
		return msg, nil
	}
	return nil, s.err // what reading broke off in is not a whole message
}

// skipToNextMessage passes over the rest of a message that is too long.
func (s *Splitter) skipToNextMessage() {
	for s.err == nil {
		s.readLine()
		line := trimLine(s.line)
		if isMSH(line) {
			s.pending = appendLine(nil, line)
			return
		}
		if isBatchSegment(line) {
			s.keepBatchSegment(line)
			return
		}
	}
}

// readLine reads up to the next CR, LF, FF or FS into s.line and reports
// whether the line was cut because it is over the limit.
func (s *Splitter) readLine() (tooLong bool) {
	s.line = s.line[:0]
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			s.err = err
			return tooLong
		}
		if c == '\r' || c == '\n' || c == '\f' || c == 0x1c {
			return tooLong
		}
		if len(s.line) > s.max {
			tooLong = true
			continue
		}
		s.line = append(s.line, c)
	}
}

func trimLine(line []byte) []byte {
	start := skipFraming(line, 0)
	return line[start:trimEnd(line, start, len(line))]
}

func appendLine(msg, line []byte) []byte {
	return append(append(msg, line...), '\r')
}

// isBatchSegment reports FHS, BHS, BTS and FTS: the name, then a separator or
// the end of the line.
func isBatchSegment(line []byte) bool {
	if len(line) < 3 || (len(line) > 3 && !isPunctuation(line[3])) {
		return false
	}
	switch string(line[:3]) {
	case "FHS", "BHS", "BTS", "FTS":
		return true
	}
	return false
}

func (s *Splitter) keepBatchSegment(line []byte) {
	switch string(line[:3]) {
	case "FHS":
		s.Batch.FHS = bytes.Clone(line)
	case "BHS":
		s.Batch.BHS = bytes.Clone(line)
	}
}
