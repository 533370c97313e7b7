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

// errTooLong is a frame over the limit. Its rest was not read.
var errTooLong = errors.New("mllp: the frame is longer than the limit")

// frames reads frames. It is lenient: whatever stands between frames is passed
// over, and with it the carriage return that should follow an end block; an end
// block is one wherever it stands; the last segment may lack its own carriage
// return. A start block inside a frame is left to the message's reader.
type frames struct {
	r   *bufio.Reader
	max int
	// begun is called when a frame begins, and may fail.
	begun func() error
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
		content = append(content, piece...)
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

// framed is a message in its frame.
func framed(message []byte) []byte {
	return slices.Concat([]byte{startBlock}, message, []byte{endBlock, carriageReturn})
}
