package hl7

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// Charset is what a message says of its character set (MSH-18; HL7 v2.5.1,
// 2.15.9.18 and table 0211) beside what its bytes show.
type Charset struct {
	// Known says that MSH-18 is empty or names a set that is read here: ASCII,
	// 8859/1 or UTF-8.
	Known bool
	// Plain says that there is nothing but ASCII: every set reads it alike.
	Plain bool
	// Fits says that the bytes are what MSH-18 says; UTF-8 when it is empty.
	Fits bool
}

// Charset compares MSH-18 with the bytes. Whatever it finds, the message can be
// read: as UTF-8 where it is that, else byte by byte as Windows-1252, which has
// the characters of 8859/1.
func (m *Message) Charset() Charset {
	if m.plain {
		return Charset{Known: m.set != unknownSet, Plain: true, Fits: true}
	}
	isUTF8 := utf8.Valid(m.raw)
	return Charset{Known: m.set != unknownSet, Fits: m.set == utf8Set && isUTF8 || m.set == latin1Set && !isUTF8}
}

// charset is what MSH-18 says.
type charset uint8

const (
	utf8Set charset = iota // also ASCII, and nothing: ASCII is a part of it
	latin1Set
	unknownSet
)

// charset reads the first repetition of MSH-18, in the spellings that senders
// use. The others are sets to switch to in the middle of a text.
func (m *Message) charset() charset {
	switch strings.ToUpper(m.MSH().Field(18).String()) {
	case "", "ASCII", "UNICODE UTF-8", "UNICODE", "UTF-8", "UTF8":
		return utf8Set
	case "8859/1", "ISO-8859-1", "ISO8859-1", "ISO 8859-1":
		return latin1Set
	}
	return unknownSet
}

// UTF8 is a piece of the message, escapes and all, as UTF-8: itself when it is
// that already.
func (m *Message) UTF8(piece []byte) []byte {
	if !m.latin1 && utf8.Valid(piece) {
		return piece
	}
	return []byte(fromWindows1252(piece))
}

func isASCII(b []byte) bool {
	const high = 0x8080808080808080
	for ; len(b) >= 32; b = b[32:] { // four words at once
		if (binary.LittleEndian.Uint64(b)|binary.LittleEndian.Uint64(b[8:])|binary.LittleEndian.Uint64(b[16:])|binary.LittleEndian.Uint64(b[24:]))&high != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// declareUTF8 puts the character set into the MSH-18 of a message that was
// written, unless it is there.
func declareUTF8(message []byte) []byte {
	header, rest, _ := bytes.Cut(message, []byte{'\r'})
	fields := bytes.Split(header, []byte{'|'}) // from MSH-2 on: the first separator is MSH-1
	for len(fields) < 18 {
		fields = append(fields, nil)
	}
	if len(fields[17]) > 0 {
		return message
	}
	fields[17] = []byte("UNICODE UTF-8")
	return append(append(bytes.Join(fields, []byte{'|'}), '\r'), rest...)
}
