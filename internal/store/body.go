package store

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"openiis/internal/iis"
)

// Bodies of persons and doses are stored as CBOR (RFC 8949) with the numbers
// that package iis gives its fields: a third of the size of JSON and several
// times faster to read. A number, once given, is never used for another field.
var (
	bodyEncoding = must(cbor.CoreDetEncOptions().EncMode())
	bodyDecoding = must(cbor.DecOptions{}.DecMode())
)

// must is for options that are constants of the program.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("store: %v", err))
	}
	return v
}

// Encode is a person or dose as it is stored. The same value always gives the
// same bytes.
func Encode(v any) ([]byte, error) { return bodyEncoding.Marshal(v) }

// EncodeDose is a dose as it is stored: without its action, which has a column
// of its own, so that two reports of one content have one body.
func EncodeDose(d iis.Dose) ([]byte, error) {
	d.Action = ""
	return Encode(&d)
}

// decode reads a stored body.
func decode(body []byte, v any) error { return bodyDecoding.Unmarshal(body, v) }
