// Package fault names the kinds of failure that are ours or the caller's to
// act on: something broke, was not found, may not be done.
//
// It does not describe what is wrong with data that was sent: that is an
// iis.Finding. Start at Kind.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what a caller can do about a failure. Each door maps it to its own
// language in its fault.go.
type Kind int

// The kinds. Internal is the zero value: a failure nobody classified is ours,
// and the caller learns nothing of its insides.
const (
	Internal Kind = iota // we failed; the caller may try again later
	NotFound             // no such thing, or none that the caller may see
	Invalid              // the request cannot be understood; say what to change
	Denied               // the caller may not do this
	Conflict             // it clashes with what is there; read again and retry
	Busy                 // too much at once; try again after a pause
	TooLarge             // larger than the limit
)

var kindNames = [...]string{"internal", "not found", "invalid", "denied", "conflict", "busy", "too large"}

// String is the kind in words.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Kinds are all kinds, for tests that walk them.
func Kinds() []Kind {
	return []Kind{Internal, NotFound, Invalid, Denied, Conflict, Busy, TooLarge}
}

// Error is a classified failure. Say is for the person outside and never holds
// patient data; the wrapped error is for the log and holds ids only.
type Error struct {
	Kind Kind
	Say  string
	err  error
}

// New is a classified failure with a sentence for the person outside.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Say: fmt.Sprintf(format, args...)}
}

// Wrap classifies err and gives the person outside a sentence of its own.
func Wrap(k Kind, err error, say string) error {
	return &Error{Kind: k, Say: say, err: err}
}

func (e *Error) Error() string {
	if e.err != nil {
		return e.Say + ": " + e.err.Error()
	}
	return e.Say
}

// Unwrap is the cause, or nil.
func (e *Error) Unwrap() error { return e.err }

// KindOf is the kind of err: Internal for anything unclassified.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Public is what a person outside may read of err. An internal failure says
// nothing of its cause.
func Public(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal && e.Say != "" {
		return e.Say
	}
	return "Something went wrong on our side and it was not done. Please try again."
}
