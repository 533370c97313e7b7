package iz

import (
	"strings"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// text is a value as text. The two double quotes that ask for a deletion are
// no value: they should not be sent (IG 1.5, 3), and an update is the complete
// view of its sender anyway.
func text(v hl7.Value) string {
	if s := v.String(); s != `""` {
		return s
	}
	return ""
}

// words is text for people: it keeps separators of a lower level that a sender
// forgot to escape, as in "Merck & Co".
func words(v hl7.Value) string {
	if s := v.Text(); s != `""` {
		return s
	}
	return ""
}

// content is text without what holds no letter or digit: quotes, dashes and
// dots in a name or number are a sender's way of saying nothing.
func content(v hl7.Value) string {
	s := text(v)
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) || isLetter(s[i]) || s[i] >= 0x80 {
			return s
		}
	}
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// onlyDigits is s without everything that is not a digit.
func onlyDigits(s string) string {
	if allDigits(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// parts are the components of one repetition, as many as are read of its type.
type parts []hl7.Value

func (p parts) comp(n int) hl7.Value {
	if n > len(p) {
		return hl7.Value{}
	}
	return p[n-1]
}

func (p parts) text(n int) string    { return text(p.comp(n)) }
func (p parts) words(n int) string   { return words(p.comp(n)) }
func (p parts) content(n int) string { return content(p.comp(n)) }

// coded reads a CE or CWE: the first six components.
func coded(v hl7.Value) iis.Coded {
	if len(v.Raw()) == 0 {
		return iis.Coded{}
	}
	var space [6]hl7.Value
	p := parts(v.Parts(space[:]))
	return iis.Coded{
		Code: p.text(1), Text: p.words(2), System: p.text(3),
		AltCode: p.text(4), AltText: p.words(5), AltSystem: p.text(6),
	}
}

// authority reads an HD: the namespace, or else the universal id.
func authority(v hl7.Value) string {
	if s := text(v.Sub(1)); s != "" {
		return s
	}
	return text(v.Sub(2))
}

// reference reads an EI: an id with its namespace or universal id.
func reference(v hl7.Value) iis.Ref {
	var space [3]hl7.Value
	p := parts(v.Parts(space[:]))
	id := p.text(1)
	if id == "" {
		return iis.Ref{}
	}
	by := p.text(2)
	if by == "" {
		by = p.text(3)
	}
	return iis.Ref{ID: id, Authority: by}
}

// provider reads the first repetition of an XCN.
func provider(v hl7.Value) iis.Provider {
	if len(v.Raw()) == 0 {
		return iis.Provider{}
	}
	var space [21]hl7.Value
	c := parts(v.Parts(space[:]))
	p := iis.Provider{
		ID:        c.text(1),
		Family:    c.text(2),
		Given:     c.text(3),
		Middle:    c.text(4),
		Suffix:    c.text(5),
		Authority: authority(c.comp(9)),
		NameType:  c.text(10),
		IDType:    c.text(13),
		Degree:    c.text(21),
	}
	if p.Degree == "" {
		p.Degree = c.text(7) // where it stood before v2.5
	}
	return p
}

// identifier reads a CX; its Value is empty when there is none.
func identifier(v hl7.Value) iis.Identifier {
	var space [5]hl7.Value
	p := parts(v.Parts(space[:]))
	return iis.Identifier{
		Value:     p.content(1),
		Authority: authority(p.comp(4)),
		Type:      strings.ToUpper(p.text(5)),
	}
}

// name reads an XPN and reports whether it names anybody.
func name(v hl7.Value) (iis.Name, bool) {
	if len(v.Raw()) == 0 {
		return iis.Name{}, false
	}
	var space [7]hl7.Value
	p := parts(v.Parts(space[:]))
	n := iis.Name{
		Family: p.content(1),
		Given:  p.content(2),
		Middle: p.content(3),
		Suffix: p.content(4),
		Prefix: p.content(5),
		Type:   strings.ToUpper(p.text(7)),
	}
	return n, n.Family != "" || n.Given != ""
}

// address reads an XAD and reports whether it says more than its type.
func address(v hl7.Value) (iis.Address, bool) {
	if len(v.Raw()) == 0 {
		return iis.Address{}, false
	}
	var space [9]hl7.Value
	p := parts(v.Parts(space[:]))
	a := iis.Address{
		Street:  p.content(1),
		Street2: p.content(2),
		City:    p.content(3),
		State:   p.content(4),
		Zip:     p.content(5),
		Country: p.content(6),
		Type:    strings.ToUpper(p.text(7)),
		County:  p.content(9),
	}
	return a, a != iis.Address{Type: a.Type}
}

// telecom reads an XTN, in its parts or as the one text of older versions
// (HL7 v2.3.1, 2.8.45: (999)999-9999X99999), and reports whether it reaches
// anybody.
func telecom(v hl7.Value) (iis.Telecom, bool) {
	if len(v.Raw()) == 0 {
		return iis.Telecom{}, false
	}
	var space [12]hl7.Value
	p := parts(v.Parts(space[:]))
	t := iis.Telecom{
		Use:       strings.ToUpper(p.text(2)),
		Equipment: p.text(3),
		Email:     p.content(4),
		Country:   onlyDigits(p.text(5)),
		Area:      onlyDigits(p.text(6)),
		Local:     onlyDigits(p.text(7)),
		Extension: p.text(8),
	}
	if t.Area == "" && len(t.Local) == 10 {
		t.Area, t.Local = t.Local[:3], t.Local[3:]
	}
	if t.Local == "" && t.Email == "" {
		whole := p.content(1)
		if whole == "" {
			whole = p.content(12) // its place since v2.5
		}
		oldTelecom(&t, whole)
	}
	return t, t.Local != "" || t.Email != "" || t.Text != ""
}

// oldTelecom takes a whole number or address apart; what it cannot take apart
// stays as it is.
func oldTelecom(t *iis.Telecom, s string) {
	if strings.IndexByte(s, '@') > 0 {
		t.Email = s
		return
	}
	number, extension := s, ""
	if i := strings.IndexAny(s, "xX"); i >= 0 {
		number, extension = s[:i], onlyDigits(s[i:])
	}
	digits := onlyDigits(number)
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if len(digits) != 10 {
		t.Text = s
		return
	}
	t.Area, t.Local = digits[:3], digits[3:]
	if t.Extension == "" {
		t.Extension = extension
	}
}
