package hl7

// class is a set of what a character means in a message: which separators it
// is, and what must be done before a value that holds it is text.
type class uint16

const (
	repetition class = 1 << iota
	component
	subcomponent
	escape
	blank   // trimmed at the ends of a value
	unclean // not ASCII, or a control character: to be made clean text
	content // neither a separator nor blank
	fieldSeparator
	lineEnd // of a segment: CR, LF, FF and FS
)

// separators are the classes within a field that are no content.
const separators = repetition | component | subcomponent

// classes are the classes of all characters under some delimiters.
type classes [256]class

// standardClasses are those of nearly every message.
var standardClasses = Standard.classify()

// classes of these delimiters; made anew for other than the standard ones.
func (d Delimiters) classes() *classes {
	if d == Standard {
		return standardClasses
	}
	return d.classify()
}

// classify makes the classes. A character may have several: a missing delimiter
// falls back to the standard one, which may be in use for another.
func (d Delimiters) classify() *classes {
	var of classes
	for i := range of {
		c := byte(i)
		if c <= ' ' {
			of[c] |= blank
		}
		if isUnclean(c) {
			of[c] |= unclean
		}
	}
	for _, c := range "\r\n\f\x1c" {
		of[c] |= lineEnd
	}
	of[d.Repetition] |= repetition
	of[d.Component] |= component
	of[d.Sub] |= subcomponent
	of[d.Escape] |= escape
	of[d.Field] |= fieldSeparator
	for i := range of {
		if of[i]&(separators|blank) == 0 {
			of[i] |= content
		}
	}
	return &of
}

// leafEnds are the separators that end the first leaf of a value of some level: the
// separators of the levels below it.
var leafEnds = [...]class{
	levelField:     repetition | component | subcomponent,
	levelRep:       component | subcomponent,
	levelComponent: subcomponent,
	levelSub:       0,
}
