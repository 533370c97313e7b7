package mllp

import (
	"bufio"
	"errors"
	"io"
	"slices"
)

// The bytes of a frame.
const (
	startBlock     = 0x0b
	endBlock       = 0x1c
	carriageReturn = 0x0d
)

// Why the rest of a frame was not read: it is over the limit, or there is no
// memory for it.
var (
	errTooLong = errors.New("mllp: the frame is longer than the limit")
	errNoRoom  = errors.New("mllp: too many long frames are on their way")
)

// bufferSize is what a connection may hold, in bytes, without asking.
const bufferSize = 16 << 10

// frames reads frames. It is lenient: whatever stands between frames is passed
// over, and with it the carriage return that should follow an end block; an end
// block is one wherever it stands; the last segment may lack its own carriage
// return. A start block inside a frame is left to the message's reader.
type frames struct {
	r   *bufio.Reader
	max int
	// begun is called when a frame begins, and may fail.
	begun func() error
	// hold asks for more bytes than bufferSize to keep a frame in.
	hold func(more int) bool
	// inside says that reading ended in a frame.
	inside bool
}

// next is the content of the next frame, errTooLong, or why none can be read:
// io.EOF between frames, io.ErrUnexpectedEOF in one.
func (f *frames) next() ([]byte, error) {
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if c == startBlock {
			break
		}
	}
	f.inside = true
	if err := f.begun(); err != nil {
		return nil, err
	}
	var content []byte
	for {
		piece, err := f.r.ReadSlice(endBlock)
		if len(content)+len(piece) > f.max+1 { // the end block is not content
			return nil, errTooLong
		}
		room, ok := f.grow(content, len(piece))
		if !ok {
			return nil, errNoRoom
		}
		content = append(room, piece...)
		switch err {
		case nil:
			f.inside = false
			return content[:len(content)-1], nil
		case bufio.ErrBufferFull:
		case io.EOF:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}

// grow gives content room for more bytes, if there is any.
func (f *frames) grow(content []byte, more int) (room []byte, ok bool) {
	need := len(content) + more
	if need <= cap(content) {
		return content, true
	}
	size := max(need, min(2*cap(content), f.max+1))
	if size > bufferSize && !f.hold(size-cap(content)) {
		return nil, false
	}
	return append(make([]byte, 0, size), content...), true
}

// framed is a message in its frame.
func framed(message []byte) []byte {
	return slices.Concat([]byte{startBlock}, message, []byte{endBlock, carriageReturn})
}
