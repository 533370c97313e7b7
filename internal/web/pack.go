package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// Pages are packed by gzip for browsers that unpack them. No page holds a secret
// beside what a visitor wrote, so that its length tells nobody anything (the
// BREACH attack needs both).

// minPacked is the size under which a page fits one packet in any case, in bytes.
const minPacked = 1400

// packers are kept: each takes much memory to make.
var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, 5)
	if err != nil {
		panic("web: " + err.Error()) // the level is a constant
	}
	return w
}}

func pack(content []byte) []byte {
	var b bytes.Buffer
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// unpacks reports a browser that understands gzip (RFC 9110, 12.5.3).
func unpacks(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.TrimLeft(strings.TrimSpace(weight), "q=0.") != "" || weight == ""
		}
	}
	return false
}
