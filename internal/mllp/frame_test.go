package mllp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"openiis/internal/hl7"
	"openiis/internal/is"
)

func framesOf(r io.Reader, max int) *frames {
	return &frames{r: bufio.NewReaderSize(r, 16), max: max, begun: func() error { return nil }, hold: func(int) bool { return true }}
}

// readFrames reads until it fails.
func readFrames(f *frames) (out []string, err error) {
	for {
		b, err := f.next()
		if err != nil {
			return out, err
		}
		out = append(out, string(b))
	}
}

func FuzzFrames(f *testing.F) {
	for _, s := range []string{
		"\x0bMSH|x\r\x1c\r", "x\x0ba\x1cb\x0bc\x1c\r\x0bd", "\x0b\x1c\x0b\x1c", "\x1c\r\x0b", "\x0b\x0b\x0b\x1c\x1c\x1c",
		"\x0b" + strings.Repeat("y", 100) + "\x1c\r", "\x0b" + strings.Repeat("y", 101) + "\x1c\r", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		const max = 100
		got, err := readFrames(framesOf(bytes.NewReader(stream), max))
		slow, slowErr := readFrames(framesOf(iotest.OneByteReader(bytes.NewReader(stream)), max))
		is.Equal(t, "read byte by byte", slow, got)
		is.Equal(t, "error byte by byte", slowErr, err)
		// What it should be, said another way.
		var want []string
		wantErr := io.EOF
		for rest := string(stream); ; {
			_, after, begun := strings.Cut(rest, "\x0b")
			if !begun {
				break
			}
			content, next, ended := strings.Cut(after, "\x1c")
			if len(content) > max {
				wantErr = errTooLong
				break
			}
			if !ended {
				wantErr = io.ErrUnexpectedEOF
				break
			}
			want, rest = append(want, content), next
		}
		is.Equal(t, "frames", got, want)
		// A frame without an end may be told too long one byte later.
		if !errors.Is(err, wantErr) && !(err == io.ErrUnexpectedEOF && wantErr == errTooLong) {
			t.Errorf("got error %v, want %v", err, wantErr)
		}
		// Frames that we write can be read.
		for _, message := range got {
			again, _ := readFrames(framesOf(bytes.NewReader(framed([]byte(message))), max))
			is.Equal(t, "again", again, []string{message})
		}
	})
}

func TestTheCredentialIsFoundHoweverItIsWritten(t *testing.T) {
	for in, want := range map[string]credential{
		"MSH|^~\\&|a|b|c|d|e|u:p|VXU":           {"u", "p"},
		"MSH|^~\\&|a|b|c|d|e|u^p|VXU":           {"u", "p"},
		"MSH|^~\\&|a|b|c|d|e|u:p^q:r|VXU":       {"u", "p^q:r"},
		"MSH|^~\\&|a|b|c|d|e|u^p:q~r&s|VXU":     {"u", "p:q~r&s"},
		"MSH|^~\\&|a|b|c|d|e|u:\\F\\\\E\\F\\|V": {"u", "|\\F\\"},
		"MSH|^~\\&|a|b|c|d|e| u : p |VXU":       {"u", "p"},
		"MSH|^~\\&|a|b|c|d|e|u:p\rPID|1":        {"u", "p"},
		"MSH|^~\\&|a|b|c|d|e|u|VXU":             {"u", ""},
		"MSH|^~\\&|a|b|c|d|e|:p|VXU":            {"", "p"},
		"MSH#*~\\&#a#b#c#d#e#u*p#VXU":           {"u", "p"},
		"\r\n\xef\xbb\xbfMSH|^~\\&||||||u:p|V":  {"u", "p"},
		"MSH|^~\\&|a|b|c|d|e||VXU":              {},
		"MSH|^~\\&|a|b|c|d\rPID|1||||||u:p":     {},
		"PID|^~\\&|a|b|c|d|e|u:p|VXU":           {},
		"":                                      {},
	} {
		is.Equal(t, in, credentialOf([]byte(in)), want)
	}
}

func TestSecurityIsBlankedInEveryHeaderAndNothingElseIsChanged(t *testing.T) {
	for in, want := range map[string]string{
		"MSH|^~\\&|a|b|c|d|e|u:p|VXU|1\rPID|1||2|3|4|5|6|7|8\r": "MSH|^~\\&|a|b|c|d|e||VXU|1\rPID|1||2|3|4|5|6|7|8\r",
		"MSH|^~\\&|a|b|c|d|e|u:p":                               "MSH|^~\\&|a|b|c|d|e|",
		"MSH|^~\\&|a|b|c|d|e||VXU":                              "MSH|^~\\&|a|b|c|d|e||VXU",
		"MSH|^~\\&|a|b|c":                                       "MSH|^~\\&|a|b|c",
		" \nMSH#^~\\&#a#b#c#d#e#u|p#VXU":                        " \nMSH#^~\\&#a#b#c#d#e##VXU",
		"FHS|^~\\&|a|b|c|d|e|u:p|f\nBHS|^~\\&|a|b|c|d|e|u:p|f\nMSH|^~\\&|a|b|c|d|e|u:p|V\nMSH|^~\\&|a|b|c|d|e|q:r|V": "FHS|^~\\&|a|b|c|d|e||f\nBHS|^~\\&|a|b|c|d|e||f\nMSH|^~\\&|a|b|c|d|e||V\nMSH|^~\\&|a|b|c|d|e||V",
		"MSHA|b": "MSHA|b",
		"":       "",
	} {
		is.Equal(t, in, string(withoutSecurity([]byte(in))), want)
	}
}

func FuzzCredential(f *testing.F) {
	f.Add([]byte("MSH|^~\\&|a|b|c|d|e|u:p|VXU|1\rPID|1\r"))
	f.Add([]byte("\x0b\xef\xbb\xbfMSH|^~\\&||||||u^p\x0cMSH|||||||x|\n"))
	f.Add([]byte("FHS|||||||x\rMSH#$%@!#a#b#c#d#e#u$p#"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		out := withoutSecurity(raw)
		if !bytes.Equal(raw, before) {
			t.Fatal("the text itself was changed")
		}
		if !credentialOf(out).isZero() {
			t.Fatalf("the credential is still there: %q", out)
		}
		if again := withoutSecurity(out); !bytes.Equal(again, out) {
			t.Fatalf("blanked %q, and again %q", out, again)
		}
		a, err := hl7.Parse(raw)
		b, err2 := hl7.Parse(out)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("read before: %v, after: %v", err, err2)
		}
		if err != nil {
			return
		}
		is.Equal(t, "segments", b.Len(), a.Len())
		is.Equal(t, "fields of MSH", b.MSH().Fields(), a.MSH().Fields())
		for n := 1; n <= a.MSH().Fields(); n++ {
			if n != 8 && !bytes.Equal(a.MSH().Field(n).Raw(), b.MSH().Field(n).Raw()) {
				t.Fatalf("MSH-%d was %q, is %q", n, a.MSH().Field(n).Raw(), b.MSH().Field(n).Raw())
			}
		}
	})
}
