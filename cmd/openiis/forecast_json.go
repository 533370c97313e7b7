package main

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON from one line without building anything but what is asked for:
// most of the time of `openiis forecast` would else go into reading. The first thing
// that is wrong stops it.
type scanner struct {
	b     []byte
	i     int
	wrong string            // what is wrong, in words
	at    int               // where
	seen  map[string]string // short texts that came before
}

func (s *scanner) fail(say string) {
	if s.wrong == "" {
		s.wrong, s.at = say, s.i+1
	}
	s.i = len(s.b)
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

// peek is the next character that is no space; 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// take goes past a character that has to be there.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		s.fail("it is not JSON")
		return false
	}
	s.i++
	return true
}

// object reads an object and calls member for each key, at its value.
func (s *scanner) object(member func(key []byte)) {
	if !s.take('{') {
		return
	}
	for n := 0; s.wrong == ""; n++ {
		if n == 0 && s.peek() == '}' || s.list('}', n) {
			s.i++
			return
		}
		if s.peek() != '"' {
			s.fail("it is not JSON")
			return
		}
		key := s.text()
		if s.take(':') {
			member(key)
		}
	}
}

// array reads an array and calls element at each of its values.
func (s *scanner) array(element func()) {
	if !s.take('[') {
		return
	}
	for n := 0; s.wrong == ""; n++ {
		if n == 0 && s.peek() == ']' || s.list(']', n) {
			s.i++
			return
		}
		element()
	}
}

// list goes past the comma before the n-th member, and reports whether the list ends
// instead.
func (s *scanner) list(end byte, n int) bool {
	if n == 0 {
		return false
	}
	if s.peek() == end {
		return true
	}
	s.take(',')
	return false
}

// text reads a string. What it returns may be part of the line.
func (s *scanner) text() []byte {
	s.i++ // the quotation mark
	from := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[from : s.i-1]
		case c == '\\':
			return s.escaped(from)
		case c < ' ':
			s.fail("it is not JSON")
			return nil
		}
		s.i++
	}
	s.fail("it ends within a text")
	return nil
}

// escaped reads the rest of a string that has something escaped.
func (s *scanner) escaped(from int) []byte {
	out := bytes.Clone(s.b[from:s.i])
	for s.i < len(s.b) {
		c := s.b[s.i]
		s.i++
		switch {
		case c == '"':
			return out
		case c < ' ':
			s.fail("it is not JSON")
			return nil
		case c != '\\':
			out = append(out, c)
			continue
		}
		if s.i == len(s.b) {
			break
		}
		c = s.b[s.i]
		s.i++
		if at := bytes.IndexByte([]byte(`"\/bfnrt`), c); at >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[at])
			continue
		}
		if c != 'u' {
			s.fail("it is not JSON")
			return nil
		}
		r := s.hex()
		if utf16.IsSurrogate(r) {
			if s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
				s.i += 2
				r = utf16.DecodeRune(r, s.hex())
			} else {
				r = utf8.RuneError
			}
		}
		out = utf8.AppendRune(out, r)
	}
	s.fail("it ends within a text")
	return nil
}

func (s *scanner) hex() rune {
	if s.i+4 > len(s.b) {
		s.fail("it ends within a text")
		return 0
	}
	n, err := strconv.ParseUint(string(s.b[s.i:s.i+4]), 16, 32)
	if err != nil {
		s.fail("it is not JSON")
		return 0
	}
	s.i += 4
	return rune(n)
}

// literal reads a number, true, false or null.
func (s *scanner) literal() []byte {
	s.space()
	from := s.i
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E' {
			s.i++
			continue
		}
		break
	}
	word := s.b[from:s.i]
	switch string(word) {
	case "true", "false", "null":
		return word
	}
	if !isNumber(word) {
		s.i = from
		s.fail("it is not JSON")
		return nil
	}
	return word
}

// isNumber reports whether word is a number of JSON.
func isNumber(word []byte) bool {
	digits := func(b []byte) int {
		n := 0
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		return n
	}
	word = bytes.TrimPrefix(word, []byte("-"))
	n := digits(word)
	if n == 0 || n > 1 && word[0] == '0' {
		return false
	}
	word = word[n:]
	if len(word) > 0 && word[0] == '.' {
		if n = digits(word[1:]); n == 0 {
			return false
		}
		word = word[1+n:]
	}
	if len(word) > 0 && (word[0] == 'e' || word[0] == 'E') {
		word = word[1:]
		if len(word) > 0 && (word[0] == '+' || word[0] == '-') {
			word = word[1:]
		}
		n = digits(word)
		return n > 0 && n == len(word)
	}
	return len(word) == 0
}

const deepest = 100

// skip reads a value of any kind and returns it as it stands.
func (s *scanner) skip(depth int) []byte {
	c := s.peek()
	from := s.i
	switch {
	case depth > deepest:
		s.fail("it is too deep")
	case c == '{':
		s.object(func([]byte) { s.skip(depth + 1) })
	case c == '[':
		s.array(func() { s.skip(depth + 1) })
	case c == '"':
		s.text()
	default:
		s.literal()
	}
	if s.wrong != "" {
		return nil
	}
	return s.b[from:s.i]
}

// loose reads text that may also come as a number or a truth value; null is absent.
func (s *scanner) loose(what string) string {
	switch s.peek() {
	case '"':
		return s.keep(bytes.TrimSpace(s.text()))
	case '{', '[':
		s.fail(what + " has the wrong type")
		return ""
	}
	word := s.literal()
	if string(word) == "null" {
		return ""
	}
	return s.keep(word)
}

// keep is the text as a string. Short ones come again and again, and are kept.
func (s *scanner) keep(b []byte) string {
	if len(b) > 12 || len(s.seen) > 4096 {
		return string(b)
	}
	if text, ok := s.seen[string(b)]; ok {
		return text
	}
	text := string(b)
	s.seen[text] = text
	return text
}
